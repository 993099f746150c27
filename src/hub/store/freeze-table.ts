import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'

/** A stop of every write, until somebody ends it or its time is over. */
export interface Freeze {
  readonly id: string
  /** The clusters that it is for; absent lists do not restrict it, so that without any it is for all. */
  readonly scope: {
    readonly clusters?: readonly string[]
    readonly environments?: readonly string[]
    /** A label selector. */
    readonly labels?: string
  }
  readonly reason: string
  readonly by: string
  readonly at: string
  readonly until?: string
  readonly endedAt?: string
  readonly endedBy?: string
}

export class FreezeTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that nobody ended, oldest first. */
  async open(): Promise<Freeze[]> {
    const rows = await this.#database.read((queries) =>
      queries.selectFrom('freeze').select('body').where('ended_at', 'is', null).orderBy('at').execute(),
    )
    return rows.map(({ body }) => fromText<Freeze>(body))
  }

  /** Inserts or replaces by id. */
  async save(freeze: Freeze): Promise<void> {
    const { id, at, endedAt } = freeze
    const changing = { ended_at: endedAt ?? null, body: toText(freeze) }
    await this.#database.write((queries) =>
      queries
        .insertInto('freeze')
        .values({ id, at, ...changing })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
        .execute(),
    )
  }
}
