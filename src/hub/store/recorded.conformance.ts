import { expect, test } from 'vitest'
import type { Attribution } from '../../core/attribution/index.ts'
import type { KubeObject } from '../../core/object/index.ts'
import type { QuotaUse } from '../../core/quota/index.ts'
import type { RecordedChange } from '../../spoke/index.ts'
import { at, later } from './conformance-rows.ts'
import type { RecordedNews } from './index.ts'
import type { StoreUnderTest } from './store.conformance.ts'

const rbac = 'rbac.authorization.k8s.io'
const bindingKey = `${rbac}/RoleBinding/shop/team`
const quotaKey = '/ResourceQuota/shop/team'

function writer(manager: string, person?: string): Attribution {
  return {
    manager,
    kind: 'human',
    ...(person === undefined ? {} : { person }),
    sure: person === undefined ? 'observed' : 'exact',
    when: at,
    whenIsBound: false,
  }
}

function binding(role: string): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'team', namespace: 'shop' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'Group', name: 'team' }],
  }
}

function told(
  content: KubeObject,
  resourceVersion: string,
  more: Partial<RecordedChange> & { quota?: readonly QuotaUse[] } = {},
): RecordedChange {
  const { quota, ...rest } = more
  const hash = JSON.stringify(content)
  return {
    key: content.kind === 'RoleBinding' ? bindingKey : quotaKey,
    now: { resourceVersion, uid: 'u', content, hash, ...(quota === undefined ? {} : { quota }) },
    writer: writer('kubectl'),
    at,
    isChange: true,
    ...rest,
  }
}

const gone = (when: string, by = writer('kubectl')): RecordedChange => ({
  key: bindingKey,
  now: undefined,
  writer: by,
  at: when,
  isChange: true,
})

const quotaObject: KubeObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team', namespace: 'shop' },
}

function use(full: number | undefined, resource = 'pods'): QuotaUse {
  return { resource, hard: '10', used: full === undefined ? undefined : String(full * 10), full }
}

/** Quotas, roles and bindings in full. */
export function describeRecorded({ fresh, reopen }: StoreUnderTest): void {
  test('recorded objects come back with the versions they were seen in, and equal contents are kept once', async () => {
    const { recorded } = await fresh()
    const news: RecordedNews[] = ['a', 'b'].map((cluster) => ({
      cluster,
      change: told(binding('view'), '7', { isChange: false }),
    }))
    await recorded.save([
      ...news,
      { cluster: 'a', kind: { group: rbac, kind: 'RoleBinding', state: 'complete', at } },
      { cluster: 'b', kind: { group: rbac, kind: 'RoleBinding', state: 'unreadable', reason: 'no', at } },
    ])
    const again = (await reopen()).recorded
    expect(await again.known('a')).toEqual({
      versions: new Map([[bindingKey, '7']]),
      kinds: new Set([`${rbac}/RoleBinding`]),
    })
    expect(await again.known('b')).toMatchObject({ kinds: new Set() })
    expect(await again.known('c')).toEqual({ versions: new Map(), kinds: new Set() })
    await again.save([{ cluster: 'a', kind: { group: rbac, kind: 'RoleBinding', state: 'unknown', at } }])
    expect((await again.known('a')).kinds.size).toBe(1)
    expect(await again.hashes(['RoleBinding'])).toHaveLength(1)
    const { items } = await again.page({ kinds: ['RoleBinding'] }, 10)
    expect(items.map(({ cluster, key, writer: by }) => [cluster, key, by.manager])).toEqual([
      ['a', bindingKey, 'kubectl'],
      ['b', bindingKey, 'kubectl'],
    ])
    const bodies = await again.contents(items.map(({ hash }) => hash))
    expect([...bodies.values()]).toEqual([binding('view')])
    expect((await again.kinds(['RoleBinding'])).get('b')).toEqual([
      { group: rbac, kind: 'RoleBinding', state: 'unreadable', reason: 'no', looked: false, at },
    ])
    // What stood there at the first look is no change.
    expect(await again.changes('a', bindingKey, 10)).toEqual([])
  })

  test('a change is kept with what was before and after, and its writer when he is known later', async () => {
    const { recorded } = await fresh()
    await recorded.save([{ cluster: 'a', change: told(binding('view'), '1', { isChange: false }) }])
    await recorded.save([{ cluster: 'a', change: told(binding('admin'), '2', { at: later }) }])
    await recorded.save([
      { cluster: 'a', change: told(binding('admin'), '2', { writer: writer('kubectl', 'alice') }) },
    ])
    // What is told again by somebody who knows less takes nothing away.
    await recorded.save([{ cluster: 'a', change: told(binding('admin'), '2', { at: later }) }])
    // Another version of the same content is no change.
    await recorded.save([{ cluster: 'a', change: told(binding('admin'), '3', { writer: writer('kcm') }) }])
    await recorded.save([{ cluster: 'a', change: gone(later) }])
    await recorded.save([{ cluster: 'a', change: gone(later, writer('kubectl', 'bob')) }])
    await recorded.save([{ cluster: 'a', change: gone(later) }])
    const changes = await recorded.changes('a', bindingKey, 10)
    expect(changes.map(({ from, to, writer: by }) => [from, to, by.person])).toEqual([
      [binding('admin'), undefined, 'bob'],
      [binding('view'), binding('admin'), 'alice'],
    ])
    expect((await recorded.known('a')).versions).toEqual(new Map())
    expect(await recorded.changes('b', bindingKey, 10)).toEqual([])
    await recorded.forget('2999-01-01T00:00:00.000Z')
    expect(await recorded.changes('a', bindingKey, 10)).toEqual([])
    expect(await recorded.hashes(['RoleBinding'])).toEqual([])
  })

  test('a cluster that left the fleet is forgotten by age, and no other', async () => {
    const { recorded, clusters } = await fresh()
    await recorded.save(
      ['a', 'b', 'c'].map((cluster) => ({ cluster, change: told(quotaObject, '1', { quota: [use(0.5)] }) })),
    )
    for (const cluster of ['a', 'b', 'c']) await clusters.identify(cluster, `id-${cluster}`, at)
    await clusters.setDetached('a', at)
    await clusters.setDetached('b', later)
    await recorded.forget(later)
    const { items } = await recorded.page({}, 10)
    expect(items.map(({ cluster }) => cluster)).toEqual(['b', 'c'])
    expect(await recorded.hashes(['ResourceQuota'])).toHaveLength(1)
  })

  test('bindings are found by the role that they give, near a namespace, within what may be looked at', async () => {
    const { recorded } = await fresh()
    await recorded.save(['a', 'b'].map((cluster) => ({ cluster, change: told(binding('view'), '1') })))
    const clusters = async (namespace?: string, among?: string[]) =>
      (await recorded.bindingsTo(['ClusterRole/view'], { namespace, clusters: among })).flatMap(
        (one) => one.clusters,
      )
    expect((await clusters()).toSorted()).toEqual(['a', 'b'])
    expect(await clusters('shop', ['b'])).toEqual(['b'])
    expect(await clusters('other')).toEqual([])
    expect(await recorded.bindingsTo(['Role/view'], {})).toEqual([])
    const hashes = await recorded.hashes(['RoleBinding'])
    const places = await recorded.placesOf(hashes, undefined)
    expect(places.map((one) => [one.key, one.clusters.toSorted()])).toEqual([[bindingKey, ['a', 'b']]])
    expect((await recorded.placesOf(hashes, ['b'])).map((one) => one.clusters)).toEqual([['b']])
    expect(await recorded.placesOf([], undefined)).toEqual([])
    const seen = async (...within: object[]) => (await recorded.page({ within }, 10)).items.length
    expect(await seen({})).toBe(2)
    expect(await seen({ clusters: new Set(['a']) }, { namespaces: new Set(['other']) })).toBe(1)
    expect(await seen({ namespaces: new Set(['shop']) })).toBe(2)
    expect(await seen({ bundles: new Set(['checkout']) })).toBe(0)
    expect(await seen({ clusters: new Set() })).toBe(0)
    expect(await seen()).toBe(0)
  })

  test('quotas are listed fullest first, page by page, and what was not counted comes last', async () => {
    const { recorded, quotas } = await fresh()
    const fulls = [0.2, undefined, 0.9, 1.2]
    await recorded.save(
      fulls.map((full, index) => ({
        cluster: `c-${index}`,
        change: told(quotaObject, '1', { quota: [use(full)] }),
      })),
    )
    const first = await quotas.page({}, 3)
    expect([first.total, ...first.items.map(({ full }) => full)]).toEqual([4, 1.2, 0.9, 0.2])
    const second = await quotas.page({}, 3, first.next)
    expect([second.items.map(({ full }) => full), second.next]).toEqual([[undefined], undefined])
    expect((await quotas.page({ atLeast: 0.9 }, 10)).total).toBe(2)
    expect((await quotas.page({ clusters: ['c-0'], namespace: 'shop', resource: 'pods' }, 10)).total).toBe(1)
    expect((await quotas.page({ within: [{ namespaces: new Set(['other']) }] }, 10)).total).toBe(0)
    expect(await quotas.resources({})).toEqual(['pods'])
    const fullest = await quotas.fullest({ clusters: ['c-2', 'c-1'] })
    expect(fullest.toSorted((one, two) => one.full - two.full)).toEqual([
      { cluster: 'c-1', namespace: 'shop', full: -1 },
      { cluster: 'c-2', namespace: 'shop', full: 0.9 },
    ])
  })

  test('how full a quota was is noted when it changes, and forgotten by age; a resource that is not bound any more goes', async () => {
    const { recorded, quotas } = await fresh()
    const notes = [
      ['2026-01-01T00:00:00.000Z', 0.5],
      ['2026-01-01T00:01:00.000Z', 0.505],
      ['2026-01-01T00:02:00.000Z', 0.6],
      ['2026-01-01T02:00:00.000Z', 0.6],
    ] as const
    for (const [index, [when, full]] of notes.entries()) {
      const quota = [use(full), use(0.1, 'services')]
      await recorded.save([{ cluster: 'a', change: told(quotaObject, `${index}`, { at: when, quota }) }])
    }
    const row = { cluster: 'a', key: quotaKey, resource: 'pods' }
    const samples = async () =>
      [...(await quotas.samples([row], '2026-01-01T00:00:00.000Z')).values()].flat().map(({ full }) => full)
    expect(await samples()).toEqual([0.5, 0.6, 0.6])
    await quotas.forget('2026-01-01T00:02:00.000Z')
    expect(await samples()).toEqual([0.6, 0.6])
    await recorded.save([{ cluster: 'a', change: told(quotaObject, '9', { quota: [use(0.6)] }) }])
    expect((await quotas.page({}, 10)).items.map(({ resource }) => resource)).toEqual(['pods'])
    await recorded.save([{ cluster: 'a', change: { ...gone(later), key: quotaKey } }])
    expect([(await quotas.page({}, 10)).total, await samples()]).toEqual([0, []])
  })
}
