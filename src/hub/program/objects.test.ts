import { afterAll, beforeAll, expect, test } from 'vitest'
import { PeopledHub } from '../../../test/hub/peopled-hub.ts'

let rig: PeopledHub

const workload = (name: string, uses: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: space}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      serviceAccountName: runner
      containers: [{name: main, image: "registry.corp/${name}:1", envFrom: [{configMapRef: {name: ${uses}}}]}]
`
const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner, namespace: space}\n'
const canary = 'c4nary-5d1e'
/** What kubectl apply writes beside a Secret: all of its values once more. */
const applied = JSON.stringify({ kind: 'Secret', stringData: { password: canary } })
const secret = `apiVersion: v1
kind: Secret
metadata:
  name: key
  namespace: space
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '${applied}', note: shown}
stringData: {password: ${canary}}
`
const many = Array.from(
  { length: 3_000 },
  (_, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-${at}, namespace: space}\n`,
)

beforeAll(async () => {
  rig = await PeopledHub.start()
  await rig.inForce(
    await rig.fleet.commit({
      'apps/shop/account.yaml': account,
      'apps/shop/secret.yaml': secret,
      'apps/shop/many.yaml': many.join('---\n'),
      'apps/shop/work.yaml': Array.from({ length: 200 }, (_, at) => workload(`w-${at}`, `c-${at}`)).join(
        '---\n',
      ),
    }),
  )
})
afterAll(() => rig.stop())

const params = { cluster: 'open', bundle: 'shop' }

test('each object stands below the workload that names it, however many there are', async () => {
  const { items, total } = await rig.client('root').objects({ params })
  expect([items.length, total]).toEqual([3_204, 3_204])
  const owners = new Map(items.map(({ key, owner }) => [key, owner]))
  expect(owners.get('/ConfigMap/space/c-7')).toBe('apps/Deployment/space/w-7')
  expect(owners.get('/ServiceAccount/space/runner')).toBe('apps/Deployment/space/w-0')
  expect(owners.get('/ConfigMap/space/c-2999')).toBeUndefined()
})

test('the first of many are those with which something is the matter', async () => {
  const { items, total } = await rig.client('root').objects({ params, query: { limit: 3 } })
  expect([items.length, total]).toEqual([3, 3_204])
  expect(items.slice(0, 2).map(({ key, drift }) => [key, drift])).toEqual([
    ['/ConfigMap/space/a', 1],
    ['/ConfigMap/xspace/a', 1],
  ])
})

test('whoever may look at a part of a bundle is told how many there are of that part', async () => {
  const { items, total } = await rig.client('tenant').objects({ params, query: { limit: 1 } })
  expect([items.map(({ key }) => key), total]).toEqual([['/ConfigMap/space/a'], 3_203])
})

test('row 44: a Secret is shown without its values, also those that kubectl wrote beside it, whatever it is asked for as', async () => {
  const ask = (kind: string) =>
    rig.ask('root', `/api/v1/clusters/open/bundles/shop/manifest?kind=${kind}&namespace=space&name=key`)
  const { status, text } = await ask('Secret')
  expect([status, text.includes('(not shown)'), text.includes('shown')]).toEqual([200, true, true])
  expect(text).not.toContain(canary)
  expect(text).not.toContain(Buffer.from(canary).toString('base64'))
  // Named as another kind it is not there: what it is decides, not what somebody calls it.
  for (const kind of ['ConfigMap', 'secret', 'Secrets']) expect((await ask(kind)).status, kind).toBe(404)
})
