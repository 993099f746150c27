import { sql, type SqlBool } from 'kysely'
import type { SearchQuestion } from '../../core/search/index.ts'
import type { Database } from './database.ts'
import { bodyOf, type IndexChange, type IndexedObject } from './indexed-object.ts'
import { saveIndexed } from './save-indexed.ts'
import type { Queries } from './schema.ts'
import { objectBits } from './search-ids.ts'
import {
  type CompletedField,
  idsWith,
  indexedWords,
  isAboutGroups,
  isByWordsAlone,
  matching,
  matchingGroups,
  nothing,
  type SearchScope,
} from './search-matches.ts'

export type { IndexChange, IndexedObject } from './indexed-object.ts'
export type { SearchScope } from './search-matches.ts'

export interface SearchPage {
  readonly items: IndexedObject[]
  readonly total: number
  /** How many were found on each cluster that has any. */
  readonly byCluster: { readonly cluster: string; readonly count: number }[]
  readonly next?: string
}

/** The index over the objects of all clusters. It holds nothing that could not be made again. */
export class SearchTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Takes the changes over in their order, as one transaction. What stands as it is told is not written. */
  async save(changes: readonly IndexChange[]): Promise<void> {
    await this.#database.write((queries) => saveIndexed(queries, this.#database.dialect, changes))
  }

  /** The objects that match, by cluster and key; those after `cursor`. */
  async find(
    question: SearchQuestion,
    scope: SearchScope,
    limit: number,
    cursor?: string,
  ): Promise<SearchPage> {
    const { clusters, kinds, groups, namespaces, names, bundles } = question
    const lists = [scope.clusters, scope.within, clusters, kinds, groups, namespaces, names, bundles]
    if (lists.some((one) => one?.length === 0)) return { items: [], total: 0, byCluster: [] }
    return this.#database.readApart(async (queries) => {
      const byCluster = await this.#count(queries, question, scope)
      const [cluster = '', key = ''] = cursor === undefined ? [] : cursor.split('|')
      const shown = clustersOfPage(byCluster, cluster, limit)
      const rows =
        shown.length === 0
          ? []
          : await queries
              .selectFrom('search_object')
              .where(await matching(queries, this.#database.dialect, question, scope, shown))
              .where((where) =>
                where.or([
                  where('cluster', '>', cluster),
                  where.and([where('cluster', '=', cluster), where('object_key', '>', key)]),
                ]),
              )
              .select(['cluster', 'bundle', 'object_key', 'body'])
              .orderBy('cluster')
              .orderBy('object_key')
              .limit(limit + 1)
              .execute()
      const items = rows.slice(0, limit).map((row) => ({
        cluster: row.cluster,
        bundle: row.bundle,
        key: row.object_key,
        projection: bodyOf(row.body),
      }))
      const last = items.at(-1)
      return {
        items,
        total: byCluster.reduce((sum, { count }) => sum + count, 0),
        byCluster,
        ...(rows.length > limit && last !== undefined ? { next: `${last.cluster}|${last.key}` } : {}),
      }
    })
  }

  /** What a field is among the objects in scope, beginning with `prefix` in either case, sorted by its bytes. */
  async complete(
    field: CompletedField,
    prefix: string,
    scope: SearchScope,
    limit: number,
  ): Promise<string[]> {
    if (scope.clusters?.length === 0 || scope.within?.length === 0) return []
    // Kinds are few, and written in both cases; the others are written in small letters, or as they are asked for.
    const beginnings = field === 'kind' ? [''] : [...new Set([prefix, prefix.toLowerCase()])]
    return this.#database.readApart(async (queries) => {
      const found = new Set<string>()
      for (const beginning of beginnings) {
        for (const value of await this.#values(queries, field, beginning, scope, limit)) found.add(value)
      }
      const wanted = prefix.toLowerCase()
      const fitting = [...found].filter((value) => value.toLowerCase().startsWith(wanted))
      return fitting.sort().slice(0, limit)
    })
  }

  /** The bundles of clusters of which anything is indexed. */
  async known(): Promise<{ cluster: string; bundle: string }[]> {
    return this.#database.readApart((queries) =>
      queries.selectFrom('search_count').select(['cluster', 'bundle']).distinct().execute(),
    )
  }

  /** The objects of a bundle on a cluster that are indexed, by their keys. */
  async keysOf(cluster: string, bundle: string): Promise<string[]> {
    const rows = await this.#database.readApart((queries) =>
      queries
        .selectFrom('search_object')
        .select('object_key')
        .where('cluster', '=', cluster)
        .where('bundle', '=', bundle)
        .execute(),
    )
    return rows.map(({ object_key }) => object_key)
  }

  /** How many objects of each cluster match, by the name of the cluster. */
  async #count(
    queries: Queries,
    question: SearchQuestion,
    scope: SearchScope,
  ): Promise<{ cluster: string; count: number }[]> {
    if (isAboutGroups(question)) {
      const rows = await queries
        .selectFrom('search_count')
        .where(matchingGroups(question, scope))
        .select((select) => ['cluster', select.fn.sum<number>('objects').as('count')])
        .groupBy('cluster')
        .orderBy('cluster')
        .execute()
      return rows.map(numbered)
    }
    if (isByWordsAlone(question, scope)) {
      // The numbers say whose the objects are: none of them has to be read.
      const { rows } = await sql<{ cluster: string; count: number }>`
        select cluster, count from (
          select id >> ${sql.lit(objectBits)} as number, count(*) as count
          from ${idsWith(this.#database.dialect, indexedWords(question))} as hit group by 1
        ) as counted join search_cluster on search_cluster.number = counted.number order by cluster`.execute(
        queries,
      )
      const among = [scope.clusters, question.clusters].flatMap((names) =>
        names === undefined ? [] : [new Set(names)],
      )
      return rows.filter(({ cluster }) => among.every((names) => names.has(cluster))).map(numbered)
    }
    const rows = await queries
      .selectFrom('search_object')
      .where(await matching(queries, this.#database.dialect, question, scope))
      .select((select) => ['cluster', select.fn.countAll<number>().as('count')])
      .groupBy('cluster')
      .orderBy('cluster')
      .execute()
    return rows.map(numbered)
  }

  /** The values of a field from `beginning` on, going from each to the next by its index, without looking at all objects. */
  async #values(
    queries: Queries,
    field: CompletedField,
    beginning: string,
    scope: SearchScope,
    limit: number,
  ): Promise<string[]> {
    const column = sql.ref(field)
    const end = `${beginning}\u{10ffff}`
    const isLimited = scope.clusters !== undefined || scope.within !== undefined
    const most = field === 'kind' ? sql`` : sql` limit ${limit}`
    const there = queries
      .selectFrom('search_object')
      .select('id')
      .where(sql<SqlBool>`${column} = seen.value`)
      .where(await matching(queries, this.#database.dialect, nothing, scope))
    const { rows } = await sql<{ value: string }>`
      with recursive seen(value) as (
        select min(${column}) from search_object where ${column} >= ${beginning} and ${column} < ${end}
        union all
        select (select min(${column}) from search_object where ${column} > seen.value and ${column} < ${end})
        from seen where seen.value is not null
      )
      select value from seen where value is not null
      ${isLimited ? sql`and exists ${there}` : sql``}${most}`.execute(queries)
    return rows.map(({ value }) => value)
  }
}

/** PostgreSQL answers some numbers as text. */
function numbered({ cluster, count }: { cluster: string; count: number }): {
  cluster: string
  count: number
} {
  return { cluster, count: Number(count) }
}

/** The clusters, by name, of which a page can hold something: enough of them for the page and one object more. */
function clustersOfPage(
  byCluster: readonly { cluster: string; count: number }[],
  from: string,
  limit: number,
): string[] {
  const shown: string[] = []
  let sure = 0
  for (const { cluster, count } of byCluster) {
    if (cluster < from) continue
    shown.push(cluster)
    // Of the first one some may stand on the page before.
    if (cluster !== from) sure += count
    if (sure > limit) break
  }
  return shown
}
