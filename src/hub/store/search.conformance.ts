import { expect, test } from 'vitest'
import { projectionOf, readQuestion } from '../../core/search/index.ts'
import { keyOf, type KubeObject, refOf } from '../../core/object/index.ts'
import type { IndexChange, Store } from './index.ts'
import type { StoreUnderTest } from './store.conformance.ts'

function indexed(cluster: string, bundle: string, object: KubeObject): IndexChange {
  return { cluster, bundle, key: keyOf(refOf(object)), projection: projectionOf(object) }
}

function deployment(
  name: string,
  image: string,
  replicas: number,
  labels: Record<string, string> = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels },
    spec: { replicas, template: { spec: { containers: [{ name: 'a', image }] } } },
  }
}

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'api-7d9f',
    namespace: 'shop',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-7d', uid: 'u' }],
  },
  spec: { containers: [{ image: 'corp/api:1' }], initContainers: [{ image: 'busybox' }] },
}
const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'Größe-x', namespace: 'other', labels: { 'app.kubernetes.io/name': 'größe' } },
  data: { a: 'c2VjcmV0', b: 'eA==' },
}

const all: readonly IndexChange[] = [
  indexed('a', 'shop', deployment('api', 'corp/log4j-api:1.2', 8, { team: 'checkout', tier: 'web' })),
  indexed('b', 'shop', deployment('api', 'corp/log4j-api:1.2', 3, { team: 'checkout' })),
  indexed('b', 'infra', deployment('web', 'nginx:1.27', 0, { team: "o'brien" })),
  indexed('a', 'shop', pod),
  indexed('c', 'infra', secret),
]

const everywhere = { clusters: ['a', 'b', 'c'] }

/** Objects as they are found, which every dialect does the same way. */
export function describeSearch({ fresh, reopen }: StoreUnderTest): void {
  async function found(store: Store, text: string, scope: object = everywhere): Promise<string[]> {
    const { items, total, byCluster } = await store.search.find(
      readQuestion(text),
      { ...everywhere, ...scope },
      100,
    )
    expect(total).toBe(items.length)
    expect(byCluster.reduce((sum, { count }) => sum + count, 0)).toBe(total)
    return items.map(({ cluster, key }) => `${cluster} ${key.split('/').at(-1) ?? ''}`)
  }

  test('objects are found by what they are, what they hold and how many, over all clusters', async () => {
    await (await fresh()).search.save(all)
    const store = await reopen()
    const both = ['a api', 'b api']
    const cases: [string, string[]][] = [
      ['', ['a api-7d9f', 'a api', 'b api', 'b web', 'c Größe-x']],
      ['kind:Deployment', ['a api', 'b api', 'b web']],
      ['kind:Deployment,Pod ns:shop cluster:a', ['a api-7d9f', 'a api']],
      ['kind:Deployment image~log4j replicas>5', ['a api']],
      ['kind:Deployment image~log4j', both],
      ['image~log', both],
      ['image~4j', []],
      ['image:corp/log4j-api:1.2', both],
      ['image:corp/log4j-api', []],
      ['image~busybox', ['a api-7d9f']],
      ['replicas>=3 replicas<8', ['b api']],
      ['replicas:0', ['b web']],
      ['replicas<=8', ['a api', 'b api', 'b web']],
      ['containers=2', ['a api-7d9f']],
      ['label:team=checkout', both],
      ['label:team=checkout,x label:tier', ['a api']],
      ["label:team=o'brien", ['b web']],
      ['label:team=Checkout', []],
      ['label:team=web', []],
      ['label:team=checkout kind:Deployment,Pod ns:shop bundle:shop group:apps', both],
      ['label:team=checkout bundle:infra', []],
      ['checkout kind:deployment', []],
      ['api kind:Pod cluster:a', ['a api-7d9f']],
      ['api replicas>3 kind:Deployment name:api', ['a api']],
      ['label:team=check', []],
      ['label~brien', ['b web']],
      ['owner~replicaset', ['a api-7d9f']],
      ['owner~log4j', []],
      ['image~checkout', []],
      ['label~nginx', []],
      ['name~log4j', []],
      ['owner:corp/log4j-api:1.2', []],
      ['owner:ReplicaSet/api-7d', ['a api-7d9f']],
      ['bundle:infra', ['b web', 'c Größe-x']],
      ['name:api', both],
      ['name~api', ['a api-7d9f', 'a api', 'b api']],
      ['api corp', ['a api-7d9f', 'a api', 'b api']],
      ['CHECKOUT web', ['a api']],
      ['größe', ['c Größe-x']],
      ['GRÖSSE', []],
      ['keys:2', ['c Größe-x']],
      ['secret', ['c Größe-x']],
      ['c2VjcmV0', []],
      ["'); drop table search_object; --", []],
      ['" OR *', []],
    ]
    for (const [text, names] of cases) {
      // An API kind sorts before another by its group.
      expect((await found(store, text)).toSorted(), text).toEqual(names.toSorted())
    }
    expect(await found(store, '')).toHaveLength(5)
  })

  test('only what is in scope and within the limits of whoever asks is found, counted or completed', async () => {
    const store = await fresh()
    await store.search.save(all)
    expect(await found(store, 'api', { clusters: ['b'] })).toEqual(['b api'])
    expect(await found(store, '', { clusters: [] })).toEqual([])
    expect(await found(store, '', { within: [] })).toEqual([])
    const within = [
      { bundles: new Set(['infra']) },
      { clusters: new Set(['a']), namespaces: new Set(['none']) },
    ]
    expect(await found(store, '', { within })).toEqual(['b web', 'c Größe-x'])
    expect(await store.search.complete('kind', 'd', everywhere, 10)).toEqual(['Deployment'])
    expect(await store.search.complete('kind', '', { ...everywhere, within }, 10)).toEqual([
      'Deployment',
      'Secret',
    ])
    expect(await store.search.complete('name', '%', everywhere, 10)).toEqual([])
    expect(await store.search.complete('name', 'API', everywhere, 1)).toEqual(['api'])
  })

  test('the newest of an object is found, and nothing of one that is gone', async () => {
    const store = await fresh()
    await store.search.save(all)
    const [api] = all
    if (api === undefined) throw new Error('there is one')
    const newer = indexed('a', 'moved', deployment('api', 'corp/other:2', 1))
    await store.search.save([{ ...api, projection: undefined }, newer])
    expect(await found(store, 'image~log4j')).toEqual(['b api'])
    expect(await found(store, 'image~other bundle:moved')).toEqual(['a api'])
    expect(await store.search.keysOf('a', 'moved')).toEqual([api.key])
    expect(await store.search.keysOf('b', 'moved')).toEqual([])
    await store.search.save([{ ...api, declared: true }])
    expect(await found(store, 'image~other bundle:moved')).toEqual(['a api'])
    await store.search.save(all.map((change) => ({ ...change, projection: undefined })))
    expect(await found(store, '')).toEqual([])
    expect(await found(store, 'api')).toEqual([])
    expect(await store.search.known()).toEqual([])
  })

  test('the words of an object move with it, and its number of replicas without them', async () => {
    const store = await fresh()
    await store.search.save(all)
    const scaled = indexed(
      'a',
      'shop',
      deployment('api', 'corp/log4j-api:1.2', 9, { team: 'checkout', tier: 'web' }),
    )
    await store.search.save([scaled])
    expect(await found(store, 'label:team=checkout image~log4j replicas:9')).toEqual(['a api'])
    expect(await found(store, 'checkout')).toEqual(['a api', 'b api'])
    await store.search.save([indexed('a', 'shop', deployment('api', 'corp/other:2', 9, { team: 'cart' }))])
    expect(await found(store, 'label:team=checkout')).toEqual(['b api'])
    expect(await found(store, 'label:team=cart image:corp/other:2')).toEqual(['a api'])
  })

  test('objects are counted by group as they come, move to another bundle and go', async () => {
    await (await fresh()).search.save(all)
    const store = await reopen()
    const counts = async () => {
      const of = async (text: string, scope: object = {}) => (await found(store, text, scope)).length
      return [
        await of('kind:Deployment'),
        await of('bundle:shop'),
        await of('ns:shop cluster:a,b'),
        await of('group:apps', { within: [{ namespaces: new Set(['shop']), bundles: new Set(['infra']) }] }),
      ]
    }
    expect(await counts()).toEqual([3, 3, 4, 1])
    const [api, , web] = all
    if (api === undefined || web === undefined) throw new Error('there are both')
    await store.search.save([
      { ...api, bundle: 'infra' },
      { ...web, projection: undefined },
    ])
    expect(await counts()).toEqual([2, 2, 3, 1])
    // What is told again, or goes twice, changes no count.
    await store.search.save([
      { ...api, bundle: 'infra' },
      { ...web, projection: undefined },
    ])
    await store.search.save([{ ...api, bundle: 'infra' }])
    expect(await counts()).toEqual([2, 2, 3, 1])
    expect(await store.search.known()).toHaveLength(4)
    await store.search.save(all.map((change) => ({ ...change, projection: undefined })))
    expect(await counts()).toEqual([0, 0, 0, 0])
  })

  test('pages cover everything once, with its number', async () => {
    const store = await fresh()
    const many = Array.from({ length: 25 }, (_, index) =>
      indexed(
        index % 2 === 0 ? 'a' : 'b',
        'shop',
        deployment(`d-${String(index).padStart(2, '0')}`, 'x', index),
      ),
    )
    await store.search.save(many)
    for (const text of ['kind:Deployment', 'image:x', 'd']) await pages(store, text)
  })

  async function pages(store: Store, text: string): Promise<void> {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.search.find(readQuestion(text), everywhere, 7, cursor)
      expect([page.total, page.byCluster]).toEqual([
        25,
        [
          { cluster: 'a', count: 13 },
          { cluster: 'b', count: 12 },
        ],
      ])
      names.push(...page.items.map(({ cluster, key }) => `${cluster} ${key}`))
      cursor = page.next
    } while (cursor !== undefined)
    expect(new Set(names).size).toBe(25)
  }
}
