import type { Database } from './database.ts'
import { runsOf } from './json-text.ts'

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

  /** The keys of the objects that a bundle holds on a cluster. */
  async keysOf(cluster: string, bundle: string): Promise<string[]> {
    const rows = await this.#database.read((queries) =>
      queries
        .selectFrom('inventory')
        .select('object_key')
        .where('cluster', '=', cluster)
        .where('bundle', '=', bundle)
        .execute(),
    )
    return rows.map((row) => row.object_key)
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
}
