import { describe, expect, test } from 'vitest'
import { parseTimestamp } from '../encoding/index.ts'
import { interrupted, type JobRecord, type JobRowState, progressOf } from './index.ts'

const began = parseTimestamp('2026-01-01T00:00:00Z') ?? Number.NaN
const job = {
  id: 'j-1',
  kind: 'heal',
  state: 'running',
  by: 'alice',
  createdAt: '2026-01-01T00:00:00Z',
} as const
const row = (state: JobRowState) => ({ cluster: state, state, parts: [], results: [] })
const rows = (count: number, state: JobRowState) => Array.from({ length: count }, () => row(state))

describe('the progress of a job', () => {
  test('tells its rate from the first row that ended, and the time that remains from a tenth on', () => {
    const early = progressOf(job, [...rows(9, 'done'), ...rows(91, 'waiting')], began + 60_000)
    expect(early).toMatchObject({ total: 100, ended: 9, perMinute: 9 })
    expect(early.remainingMs).toBeUndefined()
    const later = progressOf(
      job,
      [...rows(8, 'done'), ...rows(2, 'failed'), ...rows(90, 'waiting')],
      began + 60_000,
    )
    expect(later).toMatchObject({ ended: 10, perMinute: 10, remainingMs: 540_000 })
  })

  test('promises no end while nothing has ended, when it is cancelled, or when it is over', () => {
    const half = [...rows(5, 'done'), ...rows(5, 'running')]
    expect(progressOf(job, rows(10, 'running'), began + 60_000).perMinute).toBeUndefined()
    expect(progressOf({ ...job, state: 'cancelling' }, half, began + 60_000).remainingMs).toBeUndefined()
    const over = { ...job, state: 'done' as const, endedAt: '2026-01-01T00:02:00Z' }
    expect(progressOf(over, rows(10, 'done'), began + 3_600_000)).toMatchObject({ perMinute: 5 })
    expect(progressOf(over, rows(10, 'done'), began + 3_600_000).remainingMs).toBeUndefined()
  })
})

test('a job whose hub stopped says of each row what is known: not begun, unknown, or how it ended', () => {
  const record: JobRecord = { job, rows: [row('waiting'), row('running'), row('done'), row('failed')] }
  const after = interrupted(record, '2026-01-01T01:00:00Z')
  expect(after.job).toMatchObject({ state: 'interrupted', endedAt: '2026-01-01T01:00:00Z' })
  expect(after.rows.map(({ state }) => state)).toEqual(['not-begun', 'unknown', 'done', 'failed'])
  expect(interrupted(after, 'later')).toEqual(after)
})
