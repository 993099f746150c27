import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type JsonMap, mapOf, mapsOf, textOf } from '../../src/core/object/index.ts'
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

test('a CronJob starts its Job when the time has come, and keeps the latest', async () => {
  const container = { name: 'a', image: 'b' }
  const report = {
    metadata: { name: 'report' },
    spec: {
      schedule: '30 3 * * *',
      timeZone: 'Europe/Berlin',
      successfulJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
    },
  }
  const cronJobs = '/apis/batch/v1/namespaces/default/cronjobs'
  await client.ask(cronJobs, { method: 'POST', body: report })
  const jobs = async (): Promise<readonly JsonMap[]> =>
    mapsOf((await client.ask('/apis/batch/v1/namespaces/default/jobs')).body.items)
  const status = async (): Promise<JsonMap> => mapOf((await client.ask(`${cronJobs}/report`)).body.status)
  await settled()
  expect(await jobs()).toEqual([])
  await clock.advance(3_600_000)
  await settled()
  expect(await jobs()).toEqual([])
  for (const day of ['01', '02']) {
    const due = `2026-06-${day}T01:30:00Z`
    // By then the pod of the Job has run.
    for (const at of [due, `2026-06-${day}T01:31:00Z`, `2026-06-${day}T01:32:00Z`]) {
      await clock.advance(Math.max(0, Date.parse(at) - clock.now()))
      await settled()
    }
    await vi.waitFor(
      async () => {
        expect(await status()).toEqual({
          lastScheduleTime: due,
          lastSuccessfulTime: expect.stringContaining(`2026-06-${day}`) as unknown,
        })
        expect(await jobs()).toMatchObject([
          {
            metadata: {
              annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': due },
              ownerReferences: [{ kind: 'CronJob', name: 'report', controller: true }],
            },
            status: { succeeded: 1 },
          },
        ])
      },
      { timeout: 30_000 },
    )
  }
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

test('events are counted and combined, and forgotten an hour after the last one of them', async () => {
  const web = {
    metadata: { name: 'web' },
    spec: {
      replicas: 12,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
    },
  }
  const path = '/apis/apps/v1/namespaces/default/replicasets'
  await client.ask(path, { method: 'POST', body: web })
  const told = async (): Promise<string[]> =>
    mapsOf((await client.ask('/api/v1/namespaces/default/events')).body.items)
      .map(({ reason, count, message }) => {
        const isCombined = textOf(message).startsWith('(combined')
        return `${textOf(reason)} ${JSON.stringify(count)}${isCombined ? ' combined' : ''}`
      })
      .toSorted()
  const created = (combined: number): string[] =>
    [
      ...Array.from({ length: 9 }, () => 'SuccessfulCreate 1'),
      `SuccessfulCreate ${combined} combined`,
    ].toSorted()
  await vi.waitFor(async () => expect(await told()).toEqual(created(3)), { timeout: 30_000 })
  // A source may say so much of one object, and no more.
  await client.ask(`${path}/web/scale`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { replicas: 40 } },
  })
  await vi.waitFor(async () => expect(await told()).toEqual(created(16)), { timeout: 30_000 })
  await settled()
  expect(await told()).toEqual(created(16))
  await clock.advance(3_590_000)
  await settled()
  expect(await told()).toHaveLength(10)
  await clock.advance(70_000)
  await vi.waitFor(async () => expect(await told()).toEqual([]), { timeout: 30_000 })
})
