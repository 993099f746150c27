import { existsSync } from 'node:fs'
import { chmod, mkdir, open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../runtime/index.ts'
import { HubFailure } from '../failure.ts'
import type { Database } from './database.ts'
import { failureOf } from './failure-of.ts'
import { breakSeal, sealFile, syncFolder } from './file-seal.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { GroupCommit } from './group-commit.ts'
import { migrate } from './migrate.ts'
import type { Migration } from './migrations/index.ts'
import type { Queries } from './schema.ts'
import { SqliteReader } from './sqlite-reader.ts'
import {
  createSqliteFile,
  findDamage,
  openSqliteFile,
  openToRead,
  ownerOf,
  queriesOver,
} from './sqlite-connection.ts'

/** Backups of earlier schemas that are kept. */
const keptBackups = 3

export interface EmbeddedOptions {
  readonly folder: string
  readonly clock: Clock
  readonly steps?: readonly Migration[]
  /** Called with the queries before the schema changes; it throws to keep the file as it is. */
  readonly beforeMigration?: (queries: Queries) => Promise<void>
}

/**
 * Opens `hub.db` in a folder that becomes this process's alone: SQLite with a write-ahead log, flushed at
 * each commit. Throws `store-locked` for a second opener, `store-corrupt` for a damaged file (which is left as
 * it is and never made anew), `store-newer` for one of a later version.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const { folder } = options
  const lock = await lockFolder(folder)
  let connection: DatabaseSync | undefined
  try {
    const file = join(folder, 'hub.db')
    const opened = await openSound(file)
    connection = opened
    const queries = queriesOver(opened)
    await options.beforeMigration?.(queries)
    const now = (): string => new Date(options.clock.now()).toISOString()
    await migrate(queries, {
      dialect: 'sqlite',
      now,
      beforeChange: (from) => backUp(opened, folder, from, now()),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
    })
    return new EmbeddedDatabase(file, queries, opened, lock)
  } catch (error) {
    if (connection?.isOpen === true) connection.close()
    lock.release()
    throw failureOf(error)
  }
}

/** Opens the file, or makes it where there is none and never was one. */
async function openSound(file: string): Promise<DatabaseSync> {
  const isNew = !existsSync(file)
  if (isNew && existsSync(`${file}-wal`)) {
    throw corrupt(file, 'its write-ahead log is there and the file itself is gone')
  }
  if (isNew) await createSqliteFile(file)
  else await assertOurs(file)
  const connection = openSqliteFile(file)
  try {
    const damage = isNew ? [] : findDamage(connection)
    if (damage.length > 0) throw corrupt(file, damage.join('; '))
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

async function assertOurs(file: string): Promise<void> {
  const owner = await ownerOf(file)
  if (owner === 'nobody') throw corrupt(file, 'it does not begin as a database does')
  if (owner === 'another program') {
    throw new HubFailure(
      'store-corrupt',
      `database ${file}: it belongs to another program, or its head is damaged`,
      {
        hint: 'give the hub a data folder of its own with --data, or put a file from the folder backups in its place',
      },
    )
  }
  if (existsSync(`${file}-wal`) || (await breakSeal(file))) return
  throw corrupt(file, 'its bytes are not those that it was closed with')
}

function corrupt(file: string, why: string): HubFailure {
  return new HubFailure('store-corrupt', `database ${file}: it is damaged: ${why}`, {
    hint: 'put the newest good file from the folder backups in its place (remove hub.db-wal), or move it away to start empty: desired and live state are not lost',
  })
}

/** Copies the whole database to `backups/`, durably, and forgets the oldest copies. */
async function backUp(connection: DatabaseSync, folder: string, schema: number, now: string): Promise<void> {
  const backups = join(folder, 'backups')
  await mkdir(backups, { recursive: true, mode: 0o700 })
  const file = join(backups, `hub-${now.replaceAll(':', '').replace(/\.\d+/, '')}-schema-${schema}.db`)
  await unlink(file).catch(() => undefined)
  connection.prepare('vacuum into ?').run(file)
  await chmod(file, 0o600)
  const handle = await open(file, 'r+')
  await handle.sync()
  await handle.close()
  await syncFolder(backups)
  // By time and then by schema, whose numbers are no texts: 10 comes after 9.
  const inOrder = new Intl.Collator('en', { numeric: true })
  const all = (await readdir(backups)).filter((name) => /^hub-.*\.db$/.test(name)).sort(inOrder.compare)
  for (const old of all.slice(0, -keptBackups)) await unlink(join(backups, old))
}

class EmbeddedDatabase implements Database {
  readonly dialect = 'sqlite'
  readonly #file: string
  readonly #queries: Queries
  /** A connection of its own: what is read waits for no writes, and sees what was committed. */
  readonly #reads: Queries
  readonly #readConnection: DatabaseSync
  readonly #connection: DatabaseSync
  readonly #commits: GroupCommit
  readonly #lock: FolderLock
  readonly #reader: SqliteReader
  #closing: Promise<void> | undefined

  constructor(file: string, queries: Queries, connection: DatabaseSync, lock: FolderLock) {
    this.#file = file
    this.#queries = queries
    this.#readConnection = openToRead(file)
    this.#reads = queriesOver(this.#readConnection)
    this.#connection = connection
    this.#commits = new GroupCommit(queries)
    this.#lock = lock
    this.#reader = new SqliteReader(file)
  }

  get broken(): HubFailure | undefined {
    return this.#commits.broken
  }

  get refusing(): HubFailure | undefined {
    return this.#commits.refusing
  }

  async read<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    this.#assertOpen()
    try {
      return await work(this.#reads)
    } catch (error) {
      throw failureOf(error)
    }
  }

  async readApart<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    this.#assertOpen()
    try {
      return await work(this.#reader.queries)
    } catch (error) {
      throw failureOf(error)
    }
  }

  async write<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    this.#assertOpen()
    return this.#commits.write(work)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return
    throw new HubFailure('store-failed', 'database: it is closed', { hint: 'start the hub again' })
  }

  async #close(): Promise<void> {
    await this.#commits.drain()
    // The last one to close takes the log back into the file.
    await this.#reader.close()
    await this.#reads.destroy()
    // Nothing is closed by that where nothing was read.
    if (this.#readConnection.isOpen) this.#readConnection.close()
    try {
      // A broken file is not touched any more: the next start reads what the disk really has.
      if (this.#commits.broken === undefined) this.#connection.exec('pragma wal_checkpoint(truncate)')
    } catch {
      // The log stays beside the file and is read at the next start.
    }
    await this.#queries.destroy()
    const clean = this.#commits.broken === undefined && !existsSync(`${this.#file}-wal`)
    if (clean) await sealFile(this.#file).catch(() => undefined)
    this.#lock.release()
  }
}
