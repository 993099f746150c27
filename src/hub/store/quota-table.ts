import { sql } from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import type { QuotaSample } from '../../core/quota/index.ts'
import type { Database } from './database.ts'
import { runsOf } from './json-text.ts'
import { unknownFullness } from './save-quotas.ts'
import type { Queries } from './schema.ts'
import { recordedWithin } from './within.ts'

/** Which quotas; an absent part does not restrict. */
export interface QuotaFilter {
  readonly clusters?: readonly string[] | undefined
  readonly within?: readonly Limit[] | undefined
  readonly namespace?: string | undefined
  readonly resource?: string | undefined
  /** Of 1. */
  readonly atLeast?: number | undefined
}

/** One resource of one quota of one cluster. */
export interface QuotaRow {
  readonly cluster: string
  readonly key: string
  readonly resource: string
  readonly hard: string
  readonly used: string | undefined
  /** Of 1; undefined where the cluster has not counted. */
  readonly full: number | undefined
  readonly at: string
  /** The bundle that holds the quota; undefined where none does. */
  readonly bundle: string | undefined
}

/** How full the quotas of all clusters are, and were. The recorded objects bring them along. */
export class QuotaTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The fullest first, those that were not counted last; `limit` of those after `cursor`. */
  async page(
    filter: QuotaFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ items: QuotaRow[]; total: number; next?: string }> {
    if (filter.clusters?.length === 0) return { items: [], total: 0 }
    const after = cursor?.split('|') ?? []
    const { rows, total } = await this.#database.readApart(async (queries) => {
      const counted = await among(queries, filter)
        .select((select) => select.fn.countAll<number>().as('count'))
        .executeTakeFirst()
      let page = among(queries, filter)
        .leftJoin('receipt', (join) =>
          join
            .onRef('receipt.cluster', '=', 'quota.cluster')
            .onRef('receipt.object_key', '=', 'quota.object_key'),
        )
        .select([
          'quota.cluster',
          'quota.object_key as key',
          'quota.resource',
          'quota.hard',
          'quota.used',
          'quota.fullness',
          'quota.at',
          'receipt.bundle',
        ])
      if (after.length === 4) {
        const [fullness = '', ...place] = after
        const [cluster = '', key = '', resource = ''] = place
        page = page.where(
          sql<boolean>`(quota.fullness < ${Number(fullness)} or (quota.fullness = ${Number(fullness)} and
            (quota.cluster, quota.object_key, quota.resource) > (${cluster}, ${key}, ${resource})))`,
        )
      }
      const found = await page
        .orderBy('quota.fullness', 'desc')
        .orderBy('quota.cluster')
        .orderBy('quota.object_key')
        .orderBy('quota.resource')
        .limit(limit + 1)
        .execute()
      return { rows: found, total: Number(counted?.count ?? 0) }
    })
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    const next =
      rows.length > limit && last !== undefined
        ? { next: [last.fullness, last.cluster, last.key, last.resource].join('|') }
        : {}
    const items = shown.map(({ used, fullness, bundle, ...row }) => ({
      ...row,
      used: used ?? undefined,
      full: fullness === unknownFullness ? undefined : fullness,
      bundle: bundle ?? undefined,
    }))
    return { items, total, ...next }
  }

  /** How full the fullest quota of each namespace of each cluster is; -1 where none was counted. */
  async fullest(filter: QuotaFilter): Promise<{ cluster: string; namespace: string; full: number }[]> {
    if (filter.clusters?.length === 0) return []
    return this.#database.readApart((queries) =>
      among(queries, filter)
        .select((select) => ['quota.cluster', 'quota.namespace', select.fn.max('quota.fullness').as('full')])
        .groupBy(['quota.cluster', 'quota.namespace'])
        .execute(),
    )
  }

  /** The resources that quotas in scope bound, by name. */
  async resources(filter: QuotaFilter): Promise<string[]> {
    if (filter.clusters?.length === 0) return []
    const rows = await this.#database.readApart((queries) =>
      among(queries, filter).select('quota.resource').distinct().orderBy('quota.resource').execute(),
    )
    return rows.map(({ resource }) => resource)
  }

  /** How full these were since `since`, oldest first, each by `sampleName`. */
  async samples(
    rows: readonly Pick<QuotaRow, 'cluster' | 'key' | 'resource'>[],
    since: string,
  ): Promise<Map<string, QuotaSample[]>> {
    const wanted = new Set(rows.map(sampleName))
    const found = new Map<string, QuotaSample[]>()
    const clusters = [...new Set(rows.map(({ cluster }) => cluster))]
    for (const run of runsOf(clusters, 50)) {
      const keys = rows.filter(({ cluster }) => run.includes(cluster)).map(({ key }) => key)
      const samples = await this.#database.readApart((queries) =>
        queries
          .selectFrom('quota_sample')
          .selectAll()
          .where('cluster', 'in', run)
          .where('object_key', 'in', [...new Set(keys)])
          .where('at', '>=', since)
          .orderBy('at')
          .execute(),
      )
      for (const { cluster, object_key, resource, at, fullness } of samples) {
        const name = sampleName({ cluster, key: object_key, resource })
        if (!wanted.has(name)) continue
        found.set(name, [...(found.get(name) ?? []), { at: Date.parse(at), full: fullness }])
      }
    }
    return found
  }

  /** Forgets how full they were before `before`. */
  async forget(before: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.deleteFrom('quota_sample').where('at', '<', before).execute(),
    )
  }
}

/** What the samples of one resource of one quota go by. */
export function sampleName({
  cluster,
  key,
  resource,
}: Pick<QuotaRow, 'cluster' | 'key' | 'resource'>): string {
  return `${cluster} ${key} ${resource}`
}

function among(queries: Queries, { clusters, within, namespace, resource, atLeast }: QuotaFilter) {
  let all = queries.selectFrom('quota')
  if (clusters !== undefined) all = all.where('quota.cluster', 'in', clusters)
  if (within !== undefined) all = all.where(recordedWithin('quota', within))
  if (namespace !== undefined) all = all.where('quota.namespace', '=', namespace)
  if (resource !== undefined) all = all.where('quota.resource', '=', resource)
  if (atLeast !== undefined) all = all.where('quota.fullness', '>=', atLeast)
  return all
}
