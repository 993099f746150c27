import type { Database } from './database.ts'

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
