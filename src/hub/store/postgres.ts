import { CompiledQuery, type DatabaseConnection, Kysely, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'
import type { Clock, Redacted } from '../../runtime/index.ts'
import type { HubFailure } from '../failure.ts'
import type { Database } from './database.ts'
import { failureOf } from './failure-of.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { migrate } from './migrate.ts'
import type { Migration } from './migrations/index.ts'
import type { Queries, Schema } from './schema.ts'

export interface PostgresOptions {
  /** `postgresql://…`, with a password where one is needed. */
  readonly url: Redacted
  readonly clock: Clock
  /** A folder that becomes this process's alone while the database is open. */
  readonly folder?: string
  readonly steps?: readonly Migration[]
  readonly beforeMigration?: (queries: Queries) => Promise<void>
}

/** serialization_failure and deadlock_detected: the server asks to run the transaction again. */
const again = ['40001', '40P01']
const mostAttempts = 5

/**
 * Opens a PostgreSQL database (15 or later). Throws `store-unreachable` when it does not answer, `store-newer` when a
 * later version wrote it.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const lock = options.folder === undefined ? undefined : await lockFolder(options.folder)
  const pool = new Pool({
    connectionString: options.url.reveal(),
    max: 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    application_name: 'evenkeel',
    keepAlive: true,
    types: { getTypeParser },
  })
  // A pooled connection that the server ends is replaced at its next use.
  pool.on('error', () => {})
  const queries = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool, onCreateConnection: settle }),
  })
  try {
    await options.beforeMigration?.(queries)
    await migrate(queries, {
      dialect: 'postgres',
      now: () => new Date(options.clock.now()).toISOString(),
      beforeChange: () => Promise.resolve(),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
    })
    return new PostgresDatabase(queries, lock)
  } catch (error) {
    await queries.destroy()
    lock?.release()
    throw failureOf(error)
  }
}

const int8 = types.builtins.INT8

/** 64-bit numbers as numbers: sequences, epochs and counts stay far below 2^53. */
const getTypeParser: typeof types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === int8 && format !== 'binary'
    ? Number
    : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser

/**
 * A promise that resolves means durable rows, whatever the server's default is. No question is compiled first, which takes
 * longer than most of them; and a place anywhere costs about as much as the next one, as on disks that do not turn, so that
 * the index of words is used and not every object read.
 */
async function settle(connection: DatabaseConnection): Promise<void> {
  const settings = ['synchronous_commit = on', 'jit = off', 'random_page_cost = 1.1']
  await connection.executeQuery(CompiledQuery.raw(settings.map((one) => `set ${one}`).join('; ')))
}

class PostgresDatabase implements Database {
  readonly dialect = 'postgres'
  readonly broken: HubFailure | undefined = undefined
  /** Its server answers for its own disk. */
  readonly refusing: HubFailure | undefined = undefined
  readonly #queries: Queries
  readonly #lock: FolderLock | undefined
  #closing: Promise<void> | undefined

  constructor(queries: Queries, lock: FolderLock | undefined) {
    this.#queries = queries
    this.#lock = lock
  }

  async read<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#queries)
    } catch (error) {
      throw failureOf(error)
    }
  }

  /** The server is a process of its own. */
  readApart<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.read(work)
  }

  async write<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#queries.transaction().execute(work)
      } catch (error) {
        const { code } = error as { code?: unknown }
        if (attempt < mostAttempts && typeof code === 'string' && again.includes(code)) continue
        throw failureOf(error)
      }
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#queries.destroy().finally(() => this.#lock?.release())
    return this.#closing
  }
}
