import type { Database } from './database.ts'

/** How often somebody failed to sign in from somewhere, over restarts. */
export class FailedSignInTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The failures from an origin since `since`. */
  async count(origin: string, since: string): Promise<number> {
    const row = await this.#database.read((queries) =>
      queries
        .selectFrom('failed_sign_in')
        .select('failures')
        .where('origin', '=', origin)
        .where('last_at', '>=', since)
        .executeTakeFirst(),
    )
    return row?.failures ?? 0
  }

  /**
   * Counts a failure; those before `since` are forgotten. Beyond `most` origins no further one is counted, so that a flood
   * of them neither fills the data nor pushes a lock out.
   */
  async add(origin: string, at: string, since: string, most: number): Promise<void> {
    await this.#database.write(async (queries) => {
      await queries.deleteFrom('failed_sign_in').where('last_at', '<', since).execute()
      const known = await queries
        .selectFrom('failed_sign_in')
        .select('origin')
        .where('origin', '=', origin)
        .executeTakeFirst()
      const counted = await queries
        .selectFrom('failed_sign_in')
        .select((count) => count.fn.countAll<number>().as('origins'))
        .executeTakeFirst()
      if (known === undefined && Number(counted?.origins ?? 0) >= most) return
      await queries
        .insertInto('failed_sign_in')
        .values({ origin, failures: 1, last_at: at })
        .onConflict((conflict) =>
          conflict
            .column('origin')
            .doUpdateSet((row) => ({ failures: row('failed_sign_in.failures', '+', 1), last_at: at })),
        )
        .execute()
    })
  }
}
