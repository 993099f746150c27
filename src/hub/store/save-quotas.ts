import { refOfKey } from '../../core/object/index.ts'
import { type QuotaUse, sampleIsDue } from '../../core/quota/index.ts'
import { runsOf } from './json-text.ts'
import type { Queries, Schema } from './schema.ts'

/** How full it is where the cluster has not counted. */
export const unknownFullness = -1

/** What a ResourceQuota of a cluster bounds now. */
export interface QuotaNews {
  readonly cluster: string
  readonly key: string
  readonly at: string
  readonly uses: readonly QuotaUse[]
}

type Sample = Schema['quota_sample']

/** Replaces what quotas bound, and notes how full they are where that says more than the last note. */
export async function saveQuotas(queries: Queries, news: readonly QuotaNews[]): Promise<void> {
  const rows: Schema['quota'][] = []
  const samples: Sample[] = []
  for (const { cluster, key, at, uses } of news) {
    const { namespace, name } = refOfKey(key)
    const known = await knownResources(queries, cluster, key)
    for (const { resource, hard, used, full } of uses) {
      const fullness = full ?? unknownFullness
      const place = { cluster, object_key: key, resource }
      rows.push({ ...place, namespace, name, hard, used: used ?? null, fullness, at })
      const before = known.get(resource)
      const sample = { ...place, at, fullness }
      if (full !== undefined && (await isDue(queries, sample, before))) samples.push(sample)
    }
    const bound = new Set(uses.map(({ resource }) => resource))
    await dropResources(
      queries,
      { cluster, key },
      [...known.keys()].filter((one) => !bound.has(one)),
    )
  }
  await putQuotas(queries, rows)
  for (const run of runsOf(samples, 200)) {
    await queries
      .insertInto('quota_sample')
      .values(run)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** The resources that are stored of a quota, with how full they were. */
async function knownResources(queries: Queries, cluster: string, key: string): Promise<Map<string, number>> {
  const rows = await queries
    .selectFrom('quota')
    .select(['resource', 'fullness'])
    .where('cluster', '=', cluster)
    .where('object_key', '=', key)
    .execute()
  return new Map(rows.map(({ resource, fullness }) => [resource, fullness]))
}

/** Of what was not stored before there is no note either. */
async function isDue(queries: Queries, sample: Sample, before: number | undefined): Promise<boolean> {
  if (before === undefined) return true
  const last = await queries
    .selectFrom('quota_sample')
    .select(['at', 'fullness'])
    .where('cluster', '=', sample.cluster)
    .where('object_key', '=', sample.object_key)
    .where('resource', '=', sample.resource)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const noted = last === undefined ? undefined : { at: Date.parse(last.at), full: last.fullness }
  return sampleIsDue(noted, { at: Date.parse(sample.at), full: sample.fullness })
}

async function dropResources(
  queries: Queries,
  { cluster, key }: Pick<QuotaNews, 'cluster' | 'key'>,
  resources: readonly string[],
): Promise<void> {
  if (resources.length === 0) return
  await queries
    .deleteFrom('quota')
    .where('cluster', '=', cluster)
    .where('object_key', '=', key)
    .where('resource', 'in', resources)
    .execute()
}

async function putQuotas(queries: Queries, rows: readonly Schema['quota'][]): Promise<void> {
  for (const run of runsOf(rows, 100)) {
    await queries
      .insertInto('quota')
      .values(run)
      .onConflict((conflict) =>
        conflict.columns(['cluster', 'object_key', 'resource']).doUpdateSet((row) => ({
          hard: row.ref('excluded.hard'),
          used: row.ref('excluded.used'),
          fullness: row.ref('excluded.fullness'),
          at: row.ref('excluded.at'),
        })),
      )
      .execute()
  }
}
