import { sql } from 'kysely'
import { HubFailure } from '../failure.ts'
import type { Work } from './database.ts'
import { failureOf, isAboutOneStatement } from './failure-of.ts'
import type { Queries } from './schema.ts'

interface Job {
  readonly work: Work<unknown>
  settle(outcome: Outcome): void
}

type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown }

/** Works that share one commit at the most; more would make the first of them wait too long. */
const largestGroup = 50

/**
 * Writes of many callers to one connection. Those that come while a commit runs share the next one, so a
 * hundred callers pay for one flush of the disk, and each still has a transaction of its own: a savepoint.
 */
export class GroupCommit {
  readonly #queries: Queries
  readonly #waiting: Job[] = []
  #running: Promise<void> | undefined
  #broken: HubFailure | undefined
  #refusing: HubFailure | undefined

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** Set after the disk failed under a commit: what it holds is unknown, so nothing may be added to it. */
  get broken(): HubFailure | undefined {
    return this.#broken
  }

  /** Why the last commit failed; undefined once one has not. */
  get refusing(): HubFailure | undefined {
    return this.#refusing
  }

  write<Result>(work: Work<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        work,
        // The outcome's value is what this very work resolved to.
        settle: (outcome) =>
          outcome.ok ? resolve(outcome.value as Result) : reject(failureOf(outcome.error)),
      })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when everything that was asked for has been committed or refused. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Callers that are resumed by the same event share a commit, and events are heard between two of them: a commit
      // itself waits for nothing.
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      await this.#commit(this.#waiting.splice(0, largestGroup))
    }
    this.#running = undefined
  }

  async #commit(group: readonly Job[]): Promise<void> {
    if (this.#broken !== undefined) {
      const error = this.#broken
      for (const job of group) job.settle({ ok: false, error })
      return
    }
    try {
      const outcomes = await this.#queries.connection().execute((queries) => transaction(queries, group))
      this.#refusing = undefined
      for (const [index, job] of group.entries()) job.settle(outcomes[index] ?? lost)
    } catch (error) {
      const failure = failureOf(error)
      if (failure instanceof HubFailure) this.#refusing = failure
      // After a failed flush the kernel may have dropped pages, and a later flush would not say so.
      if (
        failure instanceof HubFailure &&
        (failure.code === 'store-failed' || failure.code === 'store-corrupt')
      ) {
        this.#broken = failure
      }
      for (const job of group) job.settle({ ok: false, error })
    }
  }
}

const lost: Outcome = { ok: false, error: new Error('a work of a commit has no outcome') }

async function transaction(queries: Queries, group: readonly Job[]): Promise<Outcome[]> {
  await sql`begin immediate`.execute(queries)
  try {
    const outcomes: Outcome[] = []
    for (const job of group) outcomes.push(await alone(queries, job))
    await sql`commit`.execute(queries)
    return outcomes
  } catch (error) {
    // SQLite has rolled back by itself after some errors; then there is nothing to roll back.
    await sql`rollback`.execute(queries).catch(() => undefined)
    throw error
  }
}

/** Runs one work so that its failure undoes its own rows and nobody else's. */
async function alone(queries: Queries, job: Job): Promise<Outcome> {
  await sql`savepoint work`.execute(queries)
  try {
    const value = await job.work(queries)
    await sql`release work`.execute(queries)
    return { ok: true, value }
  } catch (error) {
    if (!isAboutOneStatement(error)) throw error
    await sql`rollback to work`.execute(queries)
    await sql`release work`.execute(queries)
    return { ok: false, error }
  }
}
