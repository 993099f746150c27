import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type JsonMap, mapOf, mapsOf } from '../../src/core/object/index.ts'
import { FakeClock } from '../../src/runtime/index.ts'
import { SimClient } from './sim-client.ts'
import { type StartedSimulator, startSimulator } from './start-simulator.ts'

/** A cluster whose time stands still until the test moves it. */
let clock: FakeClock
let started: StartedSimulator
let client: SimClient

beforeEach(async () => {
  clock = new FakeClock(Date.UTC(2026, 5, 1))
  started = await startSimulator({ clusters: [{ name: 'one' }], clock })
  client = new SimClient(started.simulator, 'one')
})
afterEach(async () => {
  client.close()
  await started.close()
  expect(started.failures).toEqual([])
})

const phases = async (): Promise<unknown[]> => {
  const { body } = await client.ask('/api/v1/namespaces/default/pods')
  return mapsOf(body.items).map(({ status }) => mapOf(status).phase)
}
const settled = (): Promise<void> => started.simulator.cluster('one').controllers.idle()

test('pods start when their time has come, and not before', async () => {
  const web = {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
    },
  }
  const made = await client.ask('/apis/apps/v1/namespaces/default/deployments', { method: 'POST', body: web })
  expect(mapOf(made.body.metadata).creationTimestamp).toBe('2026-06-01T00:00:00Z')
  await vi.waitFor(async () => expect(await phases()).toEqual(['Pending', 'Pending']), { timeout: 30_000 })
  await settled()
  expect(await phases()).toEqual(['Pending', 'Pending'])
  await clock.advance(4_000)
  await vi.waitFor(async () => expect(await phases()).toEqual(['Running', 'Running']), { timeout: 30_000 })
})

test('a watch is told every minute where it stands, and ends when its time is over', async () => {
  const watch = client.watch(
    '/api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion=1000',
  )
  await vi.waitFor(async () => {
    const { body } = await client.ask('/sim/clusters/one')
    expect(body.watches).toBe(1)
  })
  await clock.advance(59_000)
  await clock.advance(2_000)
  const { store } = started.simulator.cluster('one').cluster
  expect(await watch.next()).toEqual({
    type: 'BOOKMARK',
    object: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(store.revision) },
    } satisfies JsonMap,
  })
  await clock.advance(30_000)
  expect(await watch.next()).toBeUndefined()
})
