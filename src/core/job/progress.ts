import { parseTimestamp } from '../encoding/index.ts'
import { type Job, type JobRow, type JobRowState, jobRowStates } from './job.ts'

/** How far a job is. */
export interface JobProgress {
  readonly counts: Readonly<Record<JobRowState, number>>
  readonly total: number
  /** Rows that came to an end, well or not. */
  readonly ended: number
  /** Rows a minute, while it runs and where any have ended. */
  readonly perMinute?: number
  /** Milliseconds until its end at the present rate; told when a tenth has ended, because before that it is a guess. */
  readonly remainingMs?: number
}

/** What has to be over before a remaining time is told. */
const share = 0.1

/** How far the rows are, at `now` in milliseconds. */
export function progressOf(
  job: Pick<Job, 'state' | 'createdAt' | 'endedAt'>,
  rows: readonly Pick<JobRow, 'state'>[],
  now: number,
): JobProgress {
  // Every state stands in the record from here on.
  const counts = Object.fromEntries(jobRowStates.map((state) => [state, 0])) as Record<JobRowState, number>
  for (const { state } of rows) counts[state] += 1
  const ended = counts.done + counts.failed
  const total = rows.length
  const until = job.endedAt === undefined ? now : (parseTimestamp(job.endedAt) ?? now)
  const elapsed = until - (parseTimestamp(job.createdAt) ?? until)
  if (ended === 0 || elapsed <= 0) return { counts, total, ended }
  const perMinute = (ended * 60_000) / elapsed
  const left = counts.waiting + counts.running
  const told = job.state === 'running' && left > 0 && ended >= total * share
  return {
    counts,
    total,
    ended,
    perMinute,
    ...(told ? { remainingMs: Math.round((left * elapsed) / ended) } : {}),
  }
}
