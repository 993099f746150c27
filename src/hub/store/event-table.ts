import type { Limit } from '../../core/access/index.ts'
import { canonicalJson } from '../../core/object/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { runsOf } from './json-text.ts'
import { noRow } from './no-row.ts'
import type { Queries, Schema } from './schema.ts'
import { heardWithin } from './within.ts'
import { type SelectQueryBuilder, sql } from 'kysely'

/** Something that happened, before it has its place in the log. */
export interface NewEvent {
  readonly at: string
  readonly type: string
  readonly cluster?: string
  readonly bundle?: string
  /** `keyOf` the object. */
  readonly key?: string
  readonly message: string
  readonly actor?: string
  readonly reason?: string
  readonly requestId?: string
  /** The job that it is about: it is heard by whoever may look at a part of that. */
  readonly job?: string
  /** The message for whoever may look at everything, where `message` is for those who may look at a part. */
  readonly whole?: string
}

/** An event in the log. `sequence` orders; times of different machines do not. */
export interface LoggedEvent extends NewEvent {
  readonly sequence: number
}

export interface EventFilter {
  readonly clusters?: readonly string[]
  readonly bundle?: string
  readonly types?: readonly string[]
  readonly since?: string
  /** Only what is heard of within one of these. */
  readonly within?: readonly Limit[] | undefined
}

/** Keeps two replicas from appending at a time: an arbitrary number that all versions share. */
const appendLock = 7_302_114_022

/**
 * The append-only log of what happened. Each row carries a link: a keyed hash over the row and the link before it,
 * so that a row which somebody changed, moved or took out of the middle is found.
 */
export class EventTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'chain'>

  constructor(database: Database, keys: Pick<HubKeys, 'chain'>) {
    this.#database = database
    this.#keys = keys
  }

  /** Appends in the given order, as one transaction. */
  async append(events: readonly NewEvent[]): Promise<LoggedEvent[]> {
    if (events.length === 0) return []
    return this.#database.write(async (queries) => {
      if (this.#database.dialect === 'postgres')
        await sql`select pg_advisory_xact_lock(${appendLock})`.execute(queries)
      const head = await headOf(queries)
      let { sequence, link } = head
      const logged: LoggedEvent[] = []
      const rows: Schema['event'][] = []
      for (const event of events) {
        sequence += 1
        const row = rowOf(event, sequence)
        link = this.#keys.chain(link, textOf(row))
        rows.push({ ...row, link })
        logged.push({ ...event, sequence })
      }
      for (const run of runsOf(rows, 200)) await queries.insertInto('event').values(run).execute()
      return logged
    })
  }

  /** The newest sequence; 0 for an empty log. */
  async last(): Promise<number> {
    return (await this.#database.read(headOf)).sequence
  }

  /** Ascending: those after `after`, else the latest `limit`. */
  async select(filter: EventFilter, limit: number, after?: number): Promise<LoggedEvent[]> {
    const rows = await this.#database.read((queries) => {
      const matching = restrict(queries.selectFrom('event'), filter).selectAll().limit(limit)
      return after === undefined
        ? matching.orderBy('sequence', 'desc').execute()
        : matching.where('sequence', '>', after).orderBy('sequence').execute()
    })
    return (after === undefined ? rows.toReversed() : rows).map(eventOf)
  }

  /** The sequence of the first row whose link does not follow from the row before it; undefined when all do. */
  async firstBrokenLink(): Promise<number | undefined> {
    let previous: string | undefined
    let after = 0
    for (;;) {
      const rows = await this.#database.read((queries) =>
        queries
          .selectFrom('event')
          .selectAll()
          .where('sequence', '>', after)
          .orderBy('sequence')
          .limit(1_000)
          .execute(),
      )
      for (const row of rows) {
        // What came before the first row was forgotten by retention, so its link cannot be checked.
        const known = previous !== undefined || row.sequence === 1
        if (known && row.link !== this.#keys.chain(previous ?? '', textOf(row))) return row.sequence
        if (after !== 0 && row.sequence !== after + 1) return row.sequence
        previous = row.link
        after = row.sequence
      }
      if (rows.length === 0) return undefined
    }
  }

  /** Forgets the oldest events: those before `time`, and those beyond the newest `most`. The newest stays. */
  async forget(time: string, most: number): Promise<number> {
    const { sequence } = await this.#database.read(headOf)
    const done = await this.#database.write((queries) =>
      queries
        .deleteFrom('event')
        .where('sequence', '<', sequence)
        .where((where) => where.or([where('at', '<', time), where('sequence', '<=', sequence - most)]))
        .executeTakeFirst(),
    )
    return Number(done.numDeletedRows)
  }
}

async function headOf(queries: Queries): Promise<{ sequence: number; link: string }> {
  const row = await queries
    .selectFrom('event')
    .select(['sequence', 'link'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? { sequence: 0, link: '' }
}

type Unlinked = Omit<Schema['event'], 'link'>

function rowOf(event: NewEvent, sequence: number): Unlinked {
  return {
    sequence,
    at: event.at,
    type: event.type,
    cluster: event.cluster ?? null,
    bundle: event.bundle ?? null,
    object_key: event.key ?? null,
    message: event.message,
    actor: event.actor ?? null,
    reason: event.reason ?? null,
    request_id: event.requestId ?? null,
    job: event.job ?? null,
    whole: event.whole ?? null,
  }
}

function textOf(row: Unlinked): string {
  const { sequence, at, type, cluster, bundle, object_key, message, actor, reason, request_id, job, whole } =
    row
  const fields = [sequence, at, type, cluster, bundle, object_key, message, actor, reason, request_id]
  // Rows of before there were jobs in the log keep the text that their links were made from.
  return canonicalJson(job === null && whole === null ? fields : [...fields, job, whole])
}

function eventOf(row: Schema['event']): LoggedEvent {
  return {
    sequence: row.sequence,
    at: row.at,
    type: row.type,
    message: row.message,
    ...(row.cluster === null ? {} : { cluster: row.cluster }),
    ...(row.bundle === null ? {} : { bundle: row.bundle }),
    ...(row.object_key === null ? {} : { key: row.object_key }),
    ...(row.actor === null ? {} : { actor: row.actor }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(row.job === null ? {} : { job: row.job }),
    ...(row.whole === null ? {} : { whole: row.whole }),
  }
}

function restrict<Output>(
  query: SelectQueryBuilder<Schema, 'event', Output>,
  filter: EventFilter,
): SelectQueryBuilder<Schema, 'event', Output> {
  const { clusters, types } = filter
  let matching = query
  if (clusters !== undefined) {
    matching = matching.where(clusters.length === 0 ? noRow : (where) => where('cluster', 'in', clusters))
  }
  if (types !== undefined) {
    matching = matching.where(types.length === 0 ? noRow : (where) => where('type', 'in', types))
  }
  if (filter.bundle !== undefined) matching = matching.where('bundle', '=', filter.bundle)
  if (filter.within !== undefined) matching = matching.where(heardWithin(filter.within))
  if (filter.since !== undefined) matching = matching.where('at', '>=', filter.since)
  return matching
}
