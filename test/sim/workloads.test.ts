import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type JsonMap, mapOf, mapsOf, textOf } from '../../src/core/object/index.ts'
import { SimClient } from './sim-client.ts'
import { type StartedSimulator, startSimulator } from './start-simulator.ts'

let started: StartedSimulator
let client: SimClient

beforeAll(async () => {
  started = await startSimulator({ clusters: [{ name: 'one' }, { name: 'two' }] })
  client = new SimClient(started.simulator, 'one')
})
afterAll(async () => {
  client.close()
  await started.close()
  expect(started.failures).toEqual([])
})

const within = '/namespaces/default'
const create = async (root: string, plural: string, object: object): Promise<JsonMap> => {
  const { code, body, text } = await client.ask(`${root}${within}/${plural}`, {
    method: 'POST',
    body: object,
  })
  expect(code, text).toBe(201)
  return body
}
const get = async (root: string, place: string): Promise<JsonMap> =>
  (await client.ask(`${root}${within}/${place}`)).body
const pods = async (app: string): Promise<readonly JsonMap[]> =>
  mapsOf((await get('/api/v1', `pods?labelSelector=app%3D${app}`)).items)
const eventually = (condition: () => Promise<void>): Promise<void> =>
  vi.waitFor(condition, { timeout: 60_000, interval: 100 })
const template = (app: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'a', image: `${app}:1` }], ...spec },
})
const nameOf = ({ metadata }: JsonMap): string => textOf(mapOf(metadata).name)

test('a StatefulSet has numbered pods, one after the other, with claims that are bound by their class', async () => {
  await client.ask('/apis/storage.k8s.io/v1/storageclasses', {
    method: 'POST',
    body: { metadata: { name: 'fast' }, provisioner: 'example.dev/fast' },
  })
  await create('/apis/apps/v1', 'statefulsets', {
    metadata: { name: 'db' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: template('db'),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            storageClassName: 'fast',
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
          },
        },
      ],
    },
  })
  await eventually(async () => {
    expect((await get('/apis/apps/v1', 'statefulsets/db')).status).toMatchObject({
      readyReplicas: 3,
      updatedReplicas: 3,
    })
  })
  expect((await pods('db')).map(nameOf)).toEqual(['db-0', 'db-1', 'db-2'])
  const started = (await pods('db')).map(({ metadata }) => textOf(mapOf(metadata).creationTimestamp))
  expect(started).toEqual(started.toSorted())
  await eventually(async () => {
    const claims = mapsOf((await get('/api/v1', 'persistentvolumeclaims')).items)
    expect(claims.map((claim) => [nameOf(claim), mapOf(claim.status).phase])).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
      ['data-db-2', 'Bound'],
    ])
  })
})

test('a DaemonSet has a pod on every node', async () => {
  await create('/apis/apps/v1', 'daemonsets', {
    metadata: { name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  })
  await eventually(async () => {
    expect((await get('/apis/apps/v1', 'daemonsets/agent')).status).toMatchObject({
      numberReady: 3,
      desiredNumberScheduled: 3,
    })
  })
  const nodes = (await pods('agent')).map(({ spec }) => textOf(mapOf(spec).nodeName))
  expect(nodes.toSorted()).toEqual(['node-1', 'node-2', 'node-3'])
})

test('a Job completes, and one whose pods fail fails', async () => {
  const job = (name: string, more: object) => ({
    metadata: { name },
    spec: { template: template(name, { restartPolicy: 'Never' }), ...more },
  })
  await create('/apis/batch/v1', 'jobs', job('good', { completions: 2, parallelism: 2 }))
  await create('/apis/batch/v1', 'jobs', job('failing', { backoffLimit: 0 }))
  const conditions = async (name: string): Promise<unknown[]> =>
    mapsOf(mapOf((await get('/apis/batch/v1', `jobs/${name}`)).status).conditions).map(({ type }) => type)
  await eventually(async () => expect(await conditions('good')).toEqual(['SuccessCriteriaMet', 'Complete']))
  await eventually(async () => expect(await conditions('failing')).toEqual(['FailureTarget', 'Failed']))
  expect((await get('/apis/batch/v1', 'jobs/good')).status).toMatchObject({ succeeded: 2 })
})

test('an autoscaler keeps its bounds, follows the load that is told, and writes through the scale', async () => {
  await create('/apis/apps/v1', 'deployments', {
    metadata: { name: 'web' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('web') },
  })
  await client.ask('/sim/clusters/one/demand', { method: 'PUT', body: { 'default/web': 9 } })
  await create('/apis/autoscaling/v2', 'horizontalpodautoscalers', {
    metadata: { name: 'web' },
    spec: {
      minReplicas: 2,
      maxReplicas: 5,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    },
  })
  await eventually(async () => {
    const web = await get('/apis/apps/v1', 'deployments/web')
    expect(web.spec).toMatchObject({ replicas: 5 })
    expect(mapsOf(mapOf(web.metadata).managedFields)).toContainEqual(
      expect.objectContaining({
        manager: 'kube-controller-manager',
        operation: 'Update',
        subresource: 'scale',
      }),
    )
  })
})

test('the same seed gives the same clusters, and another one others', async () => {
  const identity = async (seed: string): Promise<unknown[]> => {
    const again = await startSimulator({
      clusters: [{ name: 'one' }, { name: 'two' }],
      seed,
      controllers: [],
    })
    const uids = again.simulator.names.map(
      (name) => again.simulator.cluster(name).cluster.store.get('namespaces', 'kube-system')?.own[0],
    )
    await again.close()
    return uids
  }
  const first = await identity('a')
  expect(new Set(first).size).toBe(2)
  expect(await identity('a')).toEqual(first)
  expect(await identity('b')).not.toEqual(first)
})
