import type { Assignment } from '../../spoke/index.ts'
import type { Database } from './database.ts'
import { fromText, runsOf, toText } from './json-text.ts'

/** What each cluster is to be, as it was decided last; a start without Git goes on from here. */
export class AssignmentTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all(): Promise<Map<string, Assignment[]>> {
    const rows = await this.#database.read((queries) =>
      queries
        .selectFrom('assignment')
        .select(['cluster', 'body'])
        .orderBy('cluster')
        .orderBy('bundle')
        .execute(),
    )
    const all = new Map<string, Assignment[]>()
    for (const { cluster, body } of rows) {
      const known = all.get(cluster)
      const assignment = fromText<Assignment>(body)
      if (known === undefined) all.set(cluster, [assignment])
      else known.push(assignment)
    }
    return all
  }

  /** Sets and drops what clusters are to be, by cluster and bundle, in one transaction. */
  async change(
    changes: ReadonlyMap<string, { readonly set: readonly Assignment[]; readonly drop: readonly string[] }>,
  ): Promise<void> {
    if (changes.size === 0) return
    const rows = [...changes].flatMap(([cluster, { set }]) =>
      set.map((one) => ({ cluster, bundle: one.bundle, variant: one.variant, body: toText(one) })),
    )
    await this.#database.write(async (queries) => {
      for (const [cluster, { drop }] of changes) {
        for (const bundles of runsOf(drop, 500)) {
          await queries
            .deleteFrom('assignment')
            .where('cluster', '=', cluster)
            .where('bundle', 'in', bundles)
            .execute()
        }
      }
      for (const run of runsOf(rows, 200)) {
        await queries
          .insertInto('assignment')
          .values(run)
          .onConflict((conflict) =>
            conflict.columns(['cluster', 'bundle']).doUpdateSet((row) => ({
              variant: row.ref('excluded.variant'),
              body: row.ref('excluded.body'),
            })),
          )
          .execute()
      }
    })
  }

  /** The renderings that something is assigned to. */
  async variants(): Promise<Set<string>> {
    const rows = await this.#database.read((queries) =>
      queries.selectFrom('assignment').select('variant').distinct().execute(),
    )
    return new Set(rows.map((row) => row.variant))
  }
}
