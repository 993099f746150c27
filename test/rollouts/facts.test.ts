import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlacedBundleView } from '../../src/api/index.ts'
import { until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'

let rig: HubRig
beforeAll(async () => {
  rig = await HubRig.create()
  await rig.start()
})
afterAll(() => rig.stop())

const group = (): string => `monitoring-${rig.id}.example.com`

function definition(): string {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `servicemonitors.${group()}` },
    spec: {
      group: group(),
      scope: 'Namespaced',
      names: { plural: 'servicemonitors', singular: 'servicemonitor', kind: 'ServiceMonitor' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
}

async function placed(app: string, cluster: string): Promise<PlacedBundleView | undefined> {
  const bundle = await rig.client.bundle({ params: { bundle: rig.bundle(app) } }).catch(() => undefined)
  return bundle?.placed.find((one) => one.cluster === cluster)
}

/** Waits until a bundle stands on a cluster as wanted. */
async function stands(
  app: string,
  cluster: string,
  holds: (one: PlacedBundleView) => boolean,
): Promise<PlacedBundleView> {
  const found = await until(
    `bundle ${app} on ${cluster} is as wanted`,
    () => placed(app, cluster),
    (one) => one !== undefined && holds(one),
  )
  if (found === undefined) throw new Error('found and not there')
  return found
}

function app(name: string, more: string): Record<string, string> {
  return {
    [`fleet/bundles/${name}.yaml`]: rig.bundleFile(name, more),
    [`apps/${name}/namespace.yaml`]: rig.namespaceFile(`${name}-${rig.id}`),
    [`apps/${name}/one.yaml`]: rig.configMapFile('one', '1', `${name}-${rig.id}`),
  }
}

test('facts place a bundle, a missing API holds one back until it is served, and both survive a hub restart', async () => {
  const api = `${group()}/v1 ServiceMonitor`
  await rig.fleet.commit({
    ...rig.files(),
    ...app('metrics', `placement: {where: "true"}, requires: [{api: "${api}"}]`),
    ...app('nice', `placement: {where: "true"}, requires: [{api: "${api}", optional: true}]`),
    ...app('chosen', `placement: {where: "'${group()}/v1' in facts.apis"}`),
    ...app(
      'plain',
      `placement: {where: "facts.platform == 'kubernetes' && facts.version.startsWith('v1.')"}`,
    ),
  })
  const waiting = await stands('metrics', 'new', ({ reason = '' }) => reason.includes('does not serve'))
  expect(waiting.reason).toContain(`requires ${api}, which this cluster does not serve`)
  expect(waiting.applied).toBeUndefined()
  const optional = await stands('nice', 'new', ({ phase }) => phase === 'applied')
  expect(optional.notes).toEqual([`optional: requires ${api}, which this cluster does not serve`])
  await stands('plain', 'old', ({ phase }) => phase === 'applied')
  expect(await placed('chosen', 'new')).toBeUndefined()
  expect(await rig.value('new', 'one', `metrics-${rig.id}`)).toBe('')

  await rig.servers.new.mustKubectl('admin', ['create', '-f', '-'], definition())
  await stands('metrics', 'new', ({ state, phase }) => phase === 'applied' && state === 'in-sync')
  await stands('chosen', 'new', ({ phase }) => phase === 'applied')
  expect((await stands('nice', 'new', ({ notes }) => notes === undefined)).phase).toBe('applied')
  // The other cluster has it not, and is still waiting.
  expect((await placed('metrics', 'old'))?.applied).toBeUndefined()
  expect(await placed('chosen', 'old')).toBeUndefined()

  await rig.hub.kill()
  // What is not reachable any more is known from before.
  await rig.giveCredential(
    'new',
    rig.servers.new.kubeconfig('evenkeel').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:9'),
  )
  await rig.start()
  const { facts } = await until(
    'the cluster is known from before',
    () => rig.client.cluster({ params: { cluster: 'new' } }),
    ({ reason }) => reason !== undefined,
  )
  expect(facts).toMatchObject({ platform: 'kubernetes', apis: { [`${group()}/v1`]: ['ServiceMonitor'] } })
  expect((await placed('chosen', 'new'))?.state).toBe('unreachable')
  const described = await rig.ek('describe', 'cluster', 'new')
  expect(described.stdout).toMatch(/^Facts: +looked at \d+[sm] ago$/m)
  expect(described.stdout).toMatch(/^Platform: +kubernetes$/m)
  await rig.servers.new.mustKubectl('admin', ['delete', 'crd', `servicemonitors.${group()}`])
})
