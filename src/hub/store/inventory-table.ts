import { sql } from 'kysely'
import type { Database } from './database.ts'
import { runsOf } from './json-text.ts'

/** Which members. Words and the name may stand anywhere, in any case; what else is given is equal, in any case. */
export interface InventoryFilter {
  readonly clusters: readonly string[]
  readonly kind?: string
  readonly namespace?: string
  readonly name?: string
  readonly bundle?: string
  readonly cluster?: string
  readonly words: readonly string[]
  /** Leaves out what whoever asks may not look at; without it they may look at everything. */
  readonly sees?: (cluster: string, bundle: string, key: string) => boolean
}

/** What the recorded members of all bundles say about kinds; the journals write them. */
export class InventoryTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Every kind that a bundle has a member of, by name. */
  async kinds(): Promise<string[]> {
    const rows = await this.#database.read((queries) =>
      queries.selectFrom('inventory').select('kind').distinct().orderBy('kind').execute(),
    )
    return rows.map((row) => row.kind)
  }

  /** The bundles that hold objects of a cluster, by the objects' keys; what no bundle holds is left out. */
  async holders(cluster: string, keys: readonly string[]): Promise<Map<string, string>> {
    const holders = new Map<string, string>()
    for (const run of runsOf(keys, 500)) {
      const rows = await this.#database.read((queries) =>
        queries
          .selectFrom('inventory')
          .select(['object_key', 'bundle'])
          .where('cluster', '=', cluster)
          .where('object_key', 'in', run)
          .execute(),
      )
      for (const row of rows) holders.set(row.object_key, row.bundle)
    }
    return holders
  }

  /** The API groups in which a cluster has members of a kind. */
  async groupsOf(cluster: string, kind: string): Promise<string[]> {
    const rows = await this.#database.read((queries) =>
      queries
        .selectFrom('inventory')
        .select('api_group')
        .distinct()
        .where('kind', '=', kind)
        .where('cluster', '=', cluster)
        .orderBy('api_group')
        .execute(),
    )
    return rows.map((row) => row.api_group)
  }

  /** Members that match, by key; `total` of all of them, and how many each cluster has. */
  async search(
    { clusters, kind, namespace, name, bundle, cluster, words, sees }: InventoryFilter,
    limit: number,
  ): Promise<{
    items: { cluster: string; bundle: string; key: string }[]
    total: number
    byCluster: { cluster: string; count: number }[]
  }> {
    if (clusters.length === 0) return { items: [], total: 0, byCluster: [] }
    const lower = (text: string): string => text.toLowerCase()
    return this.#database.read(async (queries) => {
      let matching = queries.selectFrom('inventory').where('cluster', 'in', clusters)
      const key = sql<string>`lower(object_key)`
      if (kind !== undefined) matching = matching.where(sql<string>`lower(kind)`, '=', lower(kind))
      if (bundle !== undefined) matching = matching.where('bundle', '=', bundle)
      if (cluster !== undefined) matching = matching.where('cluster', '=', cluster)
      if (namespace !== undefined) {
        matching = matching.where(
          sql<boolean>`${key} like ${`%/%/${escaped(lower(namespace))}/%`} escape '!'`,
        )
      }
      for (const word of [...words, ...(name === undefined ? [] : [name])]) {
        matching = matching.where(sql<boolean>`${key} like ${`%${escaped(lower(word))}%`} escape '!'`)
      }
      const ordered = matching
        .select(['cluster', 'bundle', 'object_key as key'])
        .orderBy('object_key')
        .orderBy('cluster')
      if (sees !== undefined) {
        // What may be seen is decided object by object, so all that match are looked at.
        const seen = (await ordered.execute()).filter((row) => sees(row.cluster, row.bundle, row.key))
        const counts = new Map<string, number>()
        for (const row of seen) counts.set(row.cluster, (counts.get(row.cluster) ?? 0) + 1)
        const byCluster = [...counts].map(([of, count]) => ({ cluster: of, count }))
        return { items: seen.slice(0, limit), total: seen.length, byCluster }
      }
      const rows = await matching
        .select((select) => ['cluster', select.fn.countAll<number>().as('count')])
        .groupBy('cluster')
        .execute()
      const byCluster = rows.map((row) => ({ cluster: row.cluster, count: Number(row.count) }))
      return {
        items: await ordered.limit(limit).execute(),
        total: byCluster.reduce((sum, { count }) => sum + count, 0),
        byCluster,
      }
    })
  }
}

/** A word in which `%` and `_` mean themselves. */
function escaped(word: string): string {
  return word.replaceAll(/[!%_]/g, '!$&')
}
