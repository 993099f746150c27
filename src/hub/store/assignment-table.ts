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

  /** Replaces what each of these clusters is to be, as a whole, in one transaction. */
  async replace(lists: ReadonlyMap<string, readonly Assignment[]>): Promise<void> {
    if (lists.size === 0) return
    const rows = [...lists].flatMap(([cluster, assignments]) =>
      assignments.map((assignment) => ({
        cluster,
        bundle: assignment.bundle,
        variant: assignment.variant,
        body: toText(assignment),
      })),
    )
    await this.#database.write(async (queries) => {
      for (const clusters of runsOf([...lists.keys()], 500)) {
        await queries.deleteFrom('assignment').where('cluster', 'in', clusters).execute()
      }
      for (const run of runsOf(rows, 500)) await queries.insertInto('assignment').values(run).execute()
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
