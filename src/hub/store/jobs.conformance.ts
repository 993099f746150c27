import { expect, test } from 'vitest'
import type { JobRecord, JobRow } from '../../core/job/index.ts'
import { at, later } from './conformance-rows.ts'
import type { StoreUnderTest } from './store.conformance.ts'

export function jobOf(id: string, clusters: readonly string[], createdAt = at): JobRecord {
  const rows = clusters.map(
    (cluster): JobRow => ({
      cluster,
      state: 'waiting',
      parts: [{ bundle: 'shop', key: '/ConfigMap/a/b' }],
      results: [],
    }),
  )
  return { job: { id, kind: 'heal', state: 'running', by: 'alice', createdAt }, rows }
}

/** Long work on many clusters. */
export function describeJobs({ fresh, reopen }: StoreUnderTest): void {
  test('a job comes back as far as its rows were saved, and is open until its end is', async () => {
    const { jobs } = await fresh()
    const many = Array.from({ length: 700 }, (_, at) => `c-${String(at).padStart(3, '0')}`)
    const { job, rows } = jobOf('j-1', many)
    await jobs.begin({ job, rows })
    const [first, ...others] = rows
    if (first === undefined) throw new Error('it has rows')
    const begun: JobRow = { ...first, state: 'running', startedAt: later }
    await jobs.saveRow('j-1', begun)
    const again = await reopen()
    expect(await again.jobs.get('j-1')).toEqual({ job, rows: [begun, ...others] })
    expect(await again.jobs.open()).toEqual([{ job, rows: [begun, ...others] }])
    const ended: JobRow = {
      ...begun,
      state: 'failed',
      failure: { code: 'unreachable', message: 'ü' },
      endedAt: later,
    }
    const over = { ...job, state: 'interrupted' as const, endedAt: later }
    await again.jobs.save(over, [ended])
    expect(await again.jobs.get('j-1')).toEqual({ job: over, rows: [ended, ...others] })
    expect(await again.jobs.open()).toEqual([])
    expect(await again.jobs.get('j-2')).toBeUndefined()
  })

  test('jobs are listed newest first, page by page, and forgotten by age or number, never one that runs', async () => {
    const { jobs } = await fresh()
    for (const [id, createdAt] of [
      ['j-a', at],
      ['j-b', later],
      ['j-c', at],
      ['j-runs', '2026-01-01T00:00:00.000Z'],
    ] as const) {
      await jobs.begin(jobOf(id, ['one'], createdAt))
      const { job } = jobOf(id, [], createdAt)
      if (id !== 'j-runs') await jobs.save({ ...job, state: 'done', endedAt: createdAt }, [])
    }
    const ids = (records: readonly JobRecord[]): string[] => records.map(({ job }) => job.id)
    expect(ids(await jobs.newest(2))).toEqual(['j-b', 'j-a'])
    expect(ids(await jobs.newest(9, { createdAt: at, id: 'j-a' }))).toEqual(['j-c', 'j-runs'])
    await jobs.forget('2026-01-01T00:00:00.000Z', 2)
    expect(ids(await jobs.newest(9))).toEqual(['j-b', 'j-a', 'j-runs'])
    await jobs.forget(later, 100)
    expect(ids(await jobs.newest(9))).toEqual(['j-b', 'j-runs'])
    expect((await jobs.get('j-b'))?.rows).toHaveLength(1)
  })

  test('events of a job are heard within a limit that any part of it is in, and of no job that is forgotten', async () => {
    const { jobs, events } = await fresh()
    const record = jobOf('j-1', ['a', 'b'])
    await jobs.begin(record)
    const whole = {
      ...jobOf('j-2', ['c']),
      rows: [{ cluster: 'c', state: 'waiting', parts: [], results: [] }],
    } as const
    await jobs.begin(whole)
    await events.append([
      { at, type: 'job-begun', message: 'part', whole: 'on a, b', job: 'j-1', actor: 'alice' },
      { at, type: 'job-begun', message: 'part', whole: 'on c', job: 'j-2', cluster: 'c', actor: 'alice' },
      { at, type: 'signed-in', message: 'somebody' },
    ])
    const heard = async (limit: Record<string, readonly string[]>) => {
      const within = [Object.fromEntries(Object.entries(limit).map(([name, of]) => [name, new Set(of)]))]
      return (await events.select({ within }, 10)).map(({ job }) => job)
    }
    expect(await heard({ clusters: ['b'] })).toEqual(['j-1'])
    expect(await heard({ clusters: ['c', 'z'] })).toEqual(['j-2'])
    expect(await heard({ clusters: ['z'] })).toEqual([])
    expect(await heard({ clusters: ['a'], namespaces: ['other'] })).toEqual([])
    expect(await heard({ namespaces: ['a'] })).toEqual(['j-1', 'j-2'])
    expect(await heard({ bundles: ['shop'] })).toEqual(['j-1', 'j-2'])
    expect(await heard({ bundles: ['till'] })).toEqual(['j-2'])
    expect(await heard({ clusters: [] })).toEqual([])
    expect((await events.select({}, 10)).map((one) => one.whole)).toEqual(['on a, b', 'on c', undefined])
    expect(await events.firstBrokenLink()).toBeUndefined()
    await jobs.save({ ...record.job, state: 'done', endedAt: '2020-01-01T00:00:00.000Z' }, [])
    await jobs.forget('2025-01-01T00:00:00.000Z', 100)
    expect(await heard({ clusters: ['b'] })).toEqual([])
  })
}
