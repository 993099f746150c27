import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../../test/hub/hub-under-test.ts'
import { PeopledHub } from '../../../test/hub/peopled-hub.ts'

let rig: PeopledHub

beforeAll(async () => {
  rig = await PeopledHub.start()
})
afterAll(() => rig.stop())

const of = (namespace: string) => ({ params: { namespace }, query: {} })

test('a viewer of one namespace is told what stands in it, at which commit and by which line, and of no other', async () => {
  const view = await until(
    'the commit is known',
    () => rig.client('tenant').namespace(of('space')),
    ({ commits }) => commits.length > 0,
  )
  expect(view).toMatchObject({ namespace: 'space', clusters: 2, objects: 3 })
  expect(view.items.map(({ cluster }) => cluster)).toEqual(['open', 'xcluster'])
  const [on] = view.items
  expect(on).toMatchObject({ environment: 'dev', state: 'unreachable', left: 0 })
  const [shop] = on?.bundles ?? []
  expect(shop).toMatchObject({
    bundle: 'shop',
    owner: 'team shop',
    declared: { file: 'fleet/bundles/shop.yaml', line: 1 },
  })
  expect(shop?.settings).toContainEqual({
    name: 'source',
    value: 'apps/shop',
    from: 'Bundle shop',
    origin: { file: 'fleet/bundles/shop.yaml', line: 1 },
  })
  expect(view.commits[0]).toMatchObject({ bundle: 'shop', revision: shop?.desired })
  expect(view.commits[0]?.subject).not.toBe('')
  expect(view.commits[0]?.author).not.toBe('')
  const texts = [JSON.stringify(view), (await rig.ask('tenant', '/api/v1/namespaces/xspace')).text]
  expect(texts.join('')).not.toContain('broken in xspace')
  await expect(rig.client('tenant').namespace(of('xspace'))).rejects.toMatchObject({ code: 'not-found' })
})

test('of a cluster that does not answer nothing is said to be well, and nothing not to differ', async () => {
  const { items } = await rig.client('root').namespace(of('space'))
  for (const { away, bundles } of items) {
    expect(away).not.toBe('')
    for (const { objects } of bundles)
      expect(objects.map(({ health, drift }) => [health, drift])).toContainEqual(['Unknown', null])
  }
})

test('a namespace comes cluster by cluster in pages, and narrowed to the scope', async () => {
  const first = await rig.client('root').namespace({ params: { namespace: 'space' }, query: { limit: 1 } })
  expect([first.clusters, first.items.map(({ cluster }) => cluster)]).toEqual([2, ['open']])
  const query = { limit: 1, cursor: first.next }
  const second = await rig.client('root').namespace({ params: { namespace: 'space' }, query })
  expect([second.items.map(({ cluster }) => cluster), second.next]).toEqual([['xcluster'], undefined])
  const scoped = await rig
    .client('root')
    .namespace({ params: { namespace: 'space' }, query: { environment: 'dev' } })
  expect(scoped.items.map(({ cluster }) => cluster)).toEqual(['open'])
})

test('who looks at one bundle is told of that bundle in a namespace, and of no other', async () => {
  const { items } = await rig.client('looker').namespace(of('space'))
  expect(items.flatMap(({ bundles }) => bundles.map(({ bundle }) => bundle))).toEqual(['shop', 'shop'])
  await expect(rig.client('looker').namespace(of('xfar'))).rejects.toMatchObject({ code: 'not-found' })
  await expect(rig.client('dev').namespace(of('xfar'))).rejects.toMatchObject({ code: 'not-found' })
})
