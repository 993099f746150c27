import type { SelectQueryBuilder } from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import type { DriftRecord, DriftState } from '../../core/ledger/index.ts'
import type { Database } from './database.ts'
import { fromText, runsOf, toText } from './json-text.ts'
import { isAfter, pageOf } from './newest-page.ts'
import { noRow } from './no-row.ts'
import type { Queries, Schema } from './schema.ts'
import { withinAny } from './within.ts'

/** Which differences. What is left out does not restrict; an empty list of clusters matches nothing. */
export interface DriftFilter {
  readonly clusters?: readonly string[]
  readonly bundle?: string
  readonly cause?: string
  readonly states?: readonly DriftState[]
  readonly group?: string
  readonly kind?: string
  readonly namespace?: string
  readonly name?: string
  readonly ids?: readonly string[]
  /** Only what lies within one of these. */
  readonly within?: readonly Limit[] | undefined
}

/** The same edit on some clusters. */
export interface CauseCount {
  readonly cause: string
  readonly clusters: number
  readonly since: string
  /** Its oldest record, for what all of them have in common. */
  readonly example: DriftRecord
}

export class DriftTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Newest first, those after `cursor` (the `next` of the page before). */
  async page(
    filter: DriftFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ items: DriftRecord[]; total: number; next?: string }> {
    return this.#database.read(async (queries) => {
      const matching = restrict(queries.selectFrom('drift'), filter)
      const counted = await matching
        .select((count) => count.fn.countAll<number>().as('total'))
        .executeTakeFirst()
      const rows = await matching
        .where(isAfter('first_seen', cursor))
        .select(['id', 'first_seen', 'body'])
        .orderBy('first_seen', 'desc')
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const { shown, ...more } = pageOf(rows, limit, (row) => row.first_seen)
      return {
        items: shown.map((row) => fromText<DriftRecord>(row.body)),
        total: Number(counted?.total ?? 0),
        ...more,
      }
    })
  }

  /** All that match, oldest first: for filters that bound the number. */
  async select(filter: DriftFilter): Promise<DriftRecord[]> {
    return this.#database.read(async (queries) => {
      const rows = await restrict(queries.selectFrom('drift'), filter)
        .select('body')
        .orderBy('first_seen')
        .orderBy('id')
        .execute()
      return rows.map((row) => fromText<DriftRecord>(row.body))
    })
  }

  /** How many differences stand, by cluster and bundle. Pairs without one are left out. */
  async counts(states: readonly DriftState[]): Promise<{ cluster: string; bundle: string; count: number }[]> {
    return this.#database.read(async (queries) => {
      const rows = await queries
        .selectFrom('drift')
        .select((select) => ['cluster', 'bundle', select.fn.countAll<number>().as('count')])
        .where('state', 'in', states)
        .groupBy(['cluster', 'bundle'])
        .execute()
      return rows.map((row) => ({ ...row, count: Number(row.count) }))
    })
  }

  /**
   * The causes of differences that match, those of most clusters first; `total` of all of them, and the clusters of those
   * that are left out.
   */
  async causes(
    filter: DriftFilter,
    limit: number,
  ): Promise<{ items: CauseCount[]; total: number; moreClusters: number }> {
    return this.#database.read(async (queries) => {
      const grouped = await restrict(queries.selectFrom('drift'), filter)
        .select((select) => [
          'cause',
          select.fn.count<number>('cluster').distinct().as('clusters'),
          select.fn.min('first_seen').as('since'),
        ])
        .groupBy('cause')
        .orderBy('clusters', 'desc')
        .orderBy('since')
        .orderBy('cause')
        .execute()
      const items: CauseCount[] = []
      for (const { cause, clusters, since } of grouped.slice(0, limit)) {
        const row = await restrict(queries.selectFrom('drift'), { ...filter, cause })
          .select('body')
          .orderBy('first_seen')
          .orderBy('id')
          .limit(1)
          .executeTakeFirst()
        if (row === undefined) continue
        items.push({ cause, clusters: Number(clusters), since, example: fromText<DriftRecord>(row.body) })
      }
      const moreClusters = grouped.slice(limit).reduce((sum, row) => sum + Number(row.clusters), 0)
      return { items, total: grouped.length, moreClusters }
    })
  }

  /** The clusters that share a cause, by name. */
  async clustersOf(cause: string, filter: DriftFilter, limit: number): Promise<string[]> {
    const rows = await this.#database.read((queries) =>
      restrict(queries.selectFrom('drift'), { ...filter, cause })
        .select('cluster')
        .distinct()
        .orderBy('cluster')
        .limit(limit)
        .execute(),
    )
    return rows.map((row) => row.cluster)
  }

  /** Forgets what ended before `time`; what is open stays however old it is. */
  async forget(time: string): Promise<number> {
    const done = await this.#database.write((queries) =>
      queries
        .deleteFrom('drift')
        .where('state', 'in', ['healed', 'gone'])
        .where('last_seen', '<', time)
        .executeTakeFirst(),
    )
    return Number(done.numDeletedRows)
  }
}

/** Inserts or replaces records by id. */
export async function saveDrift(queries: Queries, records: readonly DriftRecord[]): Promise<void> {
  const rows = records.map((record) => ({
    id: record.id,
    cluster: record.cluster,
    bundle: record.bundle,
    api_group: record.ref.group,
    kind: record.ref.kind,
    namespace: record.ref.namespace,
    name: record.ref.name,
    path: record.path,
    cause: record.cause,
    state: record.state,
    first_seen: record.firstSeen,
    last_seen: record.lastSeen,
    body: toText(record),
  }))
  for (const run of runsOf(rows, 200)) {
    await queries
      .insertInto('drift')
      .values(run)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          cause: row.ref('excluded.cause'),
          state: row.ref('excluded.state'),
          first_seen: row.ref('excluded.first_seen'),
          last_seen: row.ref('excluded.last_seen'),
          body: row.ref('excluded.body'),
        })),
      )
      .execute()
  }
}

function restrict<Output>(
  query: SelectQueryBuilder<Schema, 'drift', Output>,
  filter: DriftFilter,
): SelectQueryBuilder<Schema, 'drift', Output> {
  let matching = query
  const { clusters, states, ids } = filter
  if (clusters !== undefined) {
    matching = matching.where(clusters.length === 0 ? noRow : (where) => where('cluster', 'in', clusters))
  }
  if (states !== undefined) {
    matching = matching.where(states.length === 0 ? noRow : (where) => where('state', 'in', states))
  }
  if (ids !== undefined) {
    matching = matching.where(ids.length === 0 ? noRow : (where) => where('id', 'in', ids))
  }
  if (filter.within !== undefined) matching = matching.where(withinAny(filter.within, 'namespace'))
  if (filter.bundle !== undefined) matching = matching.where('bundle', '=', filter.bundle)
  if (filter.cause !== undefined) matching = matching.where('cause', '=', filter.cause)
  if (filter.group !== undefined) matching = matching.where('api_group', '=', filter.group)
  if (filter.kind !== undefined) matching = matching.where('kind', '=', filter.kind)
  if (filter.namespace !== undefined) matching = matching.where('namespace', '=', filter.namespace)
  if (filter.name !== undefined) matching = matching.where('name', '=', filter.name)
  return matching
}
