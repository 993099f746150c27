import { type RawBuilder, sql } from 'kysely'
import { runsOf } from './json-text.ts'
import type { Queries } from './schema.ts'

/** Objects that one cluster may have had; what JavaScript counts exactly is enough for two million clusters. */
const perCluster = 2 ** 32

/** The bits of an object's number behind that of its cluster, for a shift in SQL. */
export const objectBits = 32

/** The numbers that the objects of a cluster have. */
export function rangeOf(cluster: number): { readonly first: number; readonly last: number } {
  return { first: cluster * perCluster, last: (cluster + 1) * perCluster - 1 }
}

/** The numbers of clusters, made for those that have none. */
export async function clusterNumbers(
  queries: Queries,
  clusters: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const known = await knownNumbers(queries, clusters)
  const fresh = clusters.filter((cluster) => !known.has(cluster))
  if (fresh.length === 0) return known
  const { last } = await queries
    .selectFrom('search_cluster')
    .select((select) => select.fn.max('number').as('last'))
    .executeTakeFirstOrThrow()
  const rows = fresh.map((cluster, i) => ({ cluster, number: Number(last ?? 0) + 1 + i }))
  await queries.insertInto('search_cluster').values(rows).execute()
  return new Map([...known, ...rows.map(({ cluster, number }) => [cluster, number] as const)])
}

/** The numbers of clusters that have one. */
export async function knownNumbers(
  queries: Queries,
  clusters: readonly string[],
): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  for (const run of runsOf(clusters, 500)) {
    const rows = await queries
      .selectFrom('search_cluster')
      .select(['cluster', 'number'])
      .where('cluster', 'in', run)
      .execute()
    for (const { cluster, number } of rows) numbers.set(cluster, number)
  }
  return numbers
}

/** The number after the greatest of each cluster's objects. */
export async function nextIds(
  queries: Queries,
  numbers: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const next = new Map<string, number>()
  for (const [cluster, number] of numbers) {
    const { first, last } = rangeOf(number)
    const { greatest } = await queries
      .selectFrom('search_object')
      .select((select) => select.fn.max('id').as('greatest'))
      .where('id', '>=', first)
      .where('id', '<=', last)
      .executeTakeFirstOrThrow()
    next.set(cluster, greatest === null ? first : Number(greatest) + 1)
  }
  return next
}

/** A number that is beyond 32 bits, for SQLite's full-text index, which takes integers only. */
export function integer(value: number): RawBuilder<number> {
  return sql<number>`cast(${value} as bigint)`
}
