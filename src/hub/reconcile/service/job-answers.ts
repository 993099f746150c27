import type { JobQuery, JobRowQuery, JobRowView, JobView } from '../../../api/index.ts'
import { allows, type Target } from '../../../core/access/index.ts'
import {
  type JobPart,
  type JobRecord,
  type JobRow,
  progressOf,
  targetOf,
  targetsOf,
} from '../../../core/job/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import type { Call, Page } from '../../service.ts'
import type { HubParts } from './hub-parts.ts'
import { type FleetCluster, fleetCluster, tierOf } from './in-scope.ts'

/** Jobs are looked through so many at a time until a page is full. */
const lookAt = 50
const mostBundles = 20

/** Newest first. What a reader may see none of is left out and not counted. */
export async function listJobs(parts: HubParts, query: JobQuery): Promise<Page<JobView>> {
  const items: JobView[] = []
  let before = placeOf(query.cursor)
  for (;;) {
    const records = await parts.jobs.newest(lookAt, before)
    for (const record of records) {
      const seen = seenOf(parts, record)
      if (seen === undefined || query.state?.includes(seen.job.state) === false) continue
      if (items.length === query.limit) {
        const last = items.at(-1)
        const next = last === undefined ? {} : { next: `${last.createdAt}|${last.id}` }
        return { items, total: items.length, ...next }
      }
      items.push(viewOf(parts, seen))
    }
    const last = records.at(-1)
    if (last === undefined || records.length < lookAt) return { items, total: items.length }
    before = last.job
  }
}

function placeOf(cursor: string | undefined): { createdAt: string; id: string } | undefined {
  if (cursor === undefined) return undefined
  const [createdAt = '', id = ''] = cursor.split('|')
  return { createdAt, id }
}

export async function showJob(parts: HubParts, id: string): Promise<JobView | undefined> {
  const seen = await findJob(parts, id)
  return seen === undefined ? undefined : viewOf(parts, seen)
}

/** The rows of a job by cluster; undefined when there is no such job for whoever asks. */
export async function listJobRows(
  parts: HubParts,
  id: string,
  query: JobRowQuery,
): Promise<Page<JobRowView> | undefined> {
  const seen = await findJob(parts, id)
  if (seen === undefined) return undefined
  const matching = seen.rows
    .filter(({ state }) => query.state?.includes(state) ?? true)
    .toSorted((one, two) => (one.cluster < two.cluster ? -1 : 1))
  const { cursor, limit } = query
  const rest = cursor === undefined ? matching : matching.filter(({ cluster }) => cluster > cursor)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map((row) => rowView(fleetCluster(parts, row.cluster), row)),
    total: matching.length,
    ...(rest.length > limit && last !== undefined ? { next: last.cluster } : {}),
  }
}

/** Everything that a job is about, as far as whoever asks may look at it; undefined when that is nothing. */
export async function targetsOfJob(parts: HubParts, id: string): Promise<readonly Target[] | undefined> {
  const seen = await findJob(parts, id)
  return seen === undefined ? undefined : targetsOf(seen.rows)
}

export async function cancelJob(parts: HubParts, call: Call, id: string): Promise<JobView | undefined> {
  const record = await parts.jobs.cancel(id, call.caller.name, call.requestId)
  const seen = record === undefined ? undefined : seenOf(parts, record)
  return seen === undefined ? undefined : viewOf(parts, seen)
}

async function findJob(parts: HubParts, id: string): Promise<JobRecord | undefined> {
  const record = await parts.jobs.get(id)
  return record === undefined ? undefined : seenOf(parts, record)
}

/** A job with what whoever asks may look at of it; undefined when that is nothing. */
function seenOf({ grants }: HubParts, { job, rows }: JobRecord): JobRecord | undefined {
  const seen = rows.flatMap((row): JobRow[] => {
    const sees = (part: JobPart): boolean => allows(grants, 'read', targetOf(row.cluster, part))
    if (row.parts.length === 0 && !sees({})) return []
    const own = row.parts.filter(sees)
    if (row.parts.length > 0 && own.length === 0) return []
    return [{ ...row, parts: own, results: row.results.filter(sees) }]
  })
  return seen.length === 0 ? undefined : { job, rows: seen }
}

function viewOf(parts: HubParts, { job, rows }: JobRecord): JobView {
  const { counts, total, perMinute, remainingMs } = progressOf(job, rows, parts.clock.now())
  const bundles = new Set(rows.flatMap((row) => row.parts.flatMap(({ bundle }) => bundle ?? [])))
  return {
    ...job,
    bundles: [...bundles].toSorted().slice(0, mostBundles),
    counts: {
      total,
      waiting: counts.waiting,
      running: counts.running,
      done: counts.done,
      failed: counts.failed,
      notBegun: counts['not-begun'],
      unknown: counts.unknown,
    },
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(remainingMs === undefined ? {} : { remainingMs }),
    mayCancel: job.state === 'running' && maySteer(parts, rows),
  }
}

function maySteer({ grants }: HubParts, rows: readonly JobRow[]): boolean {
  return targetsOf(rows).every((target) => allows(grants, 'operate', target))
}

function rowView(found: FleetCluster | undefined, row: JobRow): JobRowView {
  const { cluster, state, startedAt, endedAt, parts, results, failure } = row
  const colour = found?.environment?.spec?.colour
  return {
    cluster,
    ...(found === undefined ? {} : { environment: found.cluster.spec.environment, tier: tierOf(found) }),
    ...(colour === undefined ? {} : { colour }),
    state,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    asked: parts.length,
    results: results.map(({ bundle, key, outcome, message }) => ({
      ...(bundle === undefined ? {} : { bundle }),
      ...(key === undefined ? {} : { object: refOfKey(key) }),
      outcome,
      ...(message === undefined ? {} : { message }),
    })),
    ...(failure === undefined ? {} : { failure }),
  }
}
