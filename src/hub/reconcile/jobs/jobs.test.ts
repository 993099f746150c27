import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../../../test/hub/hub-under-test.ts'
import { apiFailure } from '../../../api/index.ts'
import type { JobRecord, JobResult, JobRow } from '../../../core/job/index.ts'
import { createLog, Redacted, systemClock } from '../../../runtime/index.ts'
import { deriveKeys } from '../../keys/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { EventLog } from '../event-log.ts'
import { Jobs } from './index.ts'

let folder: string
let store: Store
let events: EventLog
let jobs: Jobs
const log = createLog({ level: 'error', stream: { write: () => undefined } })

async function open(): Promise<void> {
  const keys = deriveKeys(new Redacted(new Uint8Array(32).fill(7)))
  const location = { kind: 'embedded' as const, folder }
  store = await openStore({ location, clock: systemClock, keys: () => Promise.resolve(keys) })
  events = new EventLog(store, systemClock, log)
  let next = 0
  jobs = new Jobs({ store, events, clock: systemClock, log, newId: () => `j-${String((next += 1))}` })
  await jobs.load()
}
async function close(): Promise<void> {
  await jobs.stop()
  await events.stop()
  await store.close()
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-jobs-'))
  await open()
})
afterEach(async () => {
  await close()
  await rm(folder, { recursive: true, force: true })
})

const order = (count: number) => ({
  kind: 'heal' as const,
  by: 'alice',
  reason: 'INC-1',
  requestId: 'r-1',
  what: 'heal of 1 object',
  rows: Array.from({ length: count }, (_, at) => ({
    cluster: `c-${String(at).padStart(3, '0')}`,
    parts: [{ key: '/ConfigMap/a/b' }],
  })),
})
const healed: readonly JobResult[] = [{ key: '/ConfigMap/a/b', outcome: 'healed' }]

async function ended(id: string): Promise<JobRecord> {
  const found = await until(
    'the job has ended',
    () => jobs.get(id),
    (one) => one?.job.endedAt !== undefined,
  )
  if (found === undefined) throw new Error('it was found')
  return found
}
const states = ({ rows }: JobRecord): string[] => [...new Set(rows.map(({ state }) => state))]

/** Work that goes on until it is let go. */
function held() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const begun: string[] = []
  const work = async ({ cluster }: JobRow): Promise<readonly JobResult[]> => {
    begun.push(cluster)
    await promise
    return healed
  }
  return { work, begun, letGo: () => resolve(undefined) }
}

test('a job tells row by row what came of it, as events tenth by tenth, and keeps it', async () => {
  const { job } = await jobs.begin(order(100), ({ cluster }) => {
    if (cluster === 'c-007') throw apiFailure('wrong-cluster', 'cluster c-007: is another', { hint: 'look' })
    if (cluster === 'c-008') throw new Error('a slip')
    if (cluster === 'c-009')
      return Promise.resolve([{ key: '/ConfigMap/a/b', outcome: 'refused', message: 'no' }])
    return Promise.resolve(healed)
  })
  const { job: over, rows } = await ended(job.id)
  expect(over).toMatchObject({ state: 'done', by: 'alice', reason: 'INC-1' })
  const bad = rows.filter(({ state }) => state !== 'done')
  expect(bad.map(({ cluster, state }) => [cluster, state])).toEqual([
    ['c-007', 'failed'],
    ['c-008', 'failed'],
    ['c-009', 'failed'],
  ])
  expect(bad[0]?.failure).toEqual({
    code: 'wrong-cluster',
    message: 'cluster c-007: is another',
    hint: 'look',
  })
  expect(bad[1]?.failure?.message).not.toContain('a slip')
  await events.stop()
  const told = await store.events.select({}, 100, 0)
  expect(told.filter(({ type }) => type === 'job-progress')).toHaveLength(9)
  expect(told.at(0)).toMatchObject({ type: 'job-begun', actor: 'alice', reason: 'INC-1', requestId: 'r-1' })
  expect(told.at(-1)).toMatchObject({
    type: 'job-done',
    message: `job ${job.id}: done`,
    whole: expect.stringContaining('97 done, 3 failed'),
    job: job.id,
  })
  await close()
  await open()
  expect(await jobs.get(job.id)).toEqual({ job: over, rows })
})

test('nothing is begun after a cancel, and what was begun comes to its end', async () => {
  const { work, begun, letGo } = held()
  const { job } = await jobs.begin(order(50), work)
  await until(
    'some have begun',
    () => Promise.resolve(begun.length),
    (count) => count > 0,
  )
  await jobs.cancel(job.id, 'bob', 'r-2')
  expect((await jobs.get(job.id))?.job).toMatchObject({ state: 'cancelling', cancelledBy: 'bob' })
  letGo()
  const record = await ended(job.id)
  expect(record.job.state).toBe('cancelled')
  const done = record.rows.filter(({ state }) => state === 'done').map(({ cluster }) => cluster)
  expect(done).toEqual(begun.toSorted())
  expect(record.rows.filter(({ state }) => state === 'not-begun')).toHaveLength(50 - begun.length)
  expect(begun.length).toBeLessThan(50)
  await expect(jobs.cancel(job.id, 'bob', 'r-3')).rejects.toMatchObject({ code: 'changed' })
  expect(await jobs.cancel('j-none', 'bob', 'r-4')).toBeUndefined()
})

test('after a hub that was killed, what had begun is unknown, the rest is not begun, and nothing is sent again', async () => {
  const { work, begun, letGo } = held()
  const { job } = await jobs.begin(order(40), work)
  await until(
    'their beginning is durable',
    async () => (await store.jobs.get(job.id))?.rows.filter(({ state }) => state === 'running').length ?? 0,
    (count) => count > 0 && count === begun.length,
  )
  const sent = begun.length
  // A second hub finds what a killed one would have left: the first has said nothing of an end.
  const later = new Jobs({ store, events, clock: systemClock, log, newId: () => 'j-later' })
  await later.load()
  const record = await later.get(job.id)
  expect(record?.job.state).toBe('interrupted')
  expect(record?.rows.filter(({ state }) => state === 'unknown')).toHaveLength(sent)
  expect(record?.rows.filter(({ state }) => state === 'not-begun')).toHaveLength(40 - sent)
  letGo()
})

test('a hub that is stopped begins nothing more, and says so of the job', async () => {
  const { work, begun, letGo } = held()
  const { job } = await jobs.begin(order(40), work)
  await until(
    'some have begun',
    () => Promise.resolve(begun.length),
    (count) => count > 0,
  )
  const stopping = jobs.stop()
  letGo()
  await stopping
  await expect(jobs.begin(order(1), work)).rejects.toMatchObject({ code: 'not-ready' })
  const record = await ended(job.id)
  expect(record.job.state).toBe('interrupted')
  expect(states(record)).toEqual(['done', 'not-begun'])
})

test('more than twenty jobs at once are refused, with what to do', async () => {
  const { work, letGo } = held()
  for (let count = 0; count < 20; count++) await jobs.begin(order(1), work)
  await expect(jobs.begin(order(1), work)).rejects.toMatchObject({ code: 'not-ready', retryable: true })
  letGo()
})
