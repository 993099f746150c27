import { type Kysely, sql } from 'kysely'
import { HubFailure } from '../failure.ts'
import { type DialectName, type Migration, migrations } from './migrations/index.ts'
import type { Schema } from './schema.ts'

interface MigrationLog {
  readonly migration: { number: number; name: string; applied_at: string }
}

/** Keeps two replicas from migrating at a time: an arbitrary number that all versions share. */
const advisoryLock = 7_302_114_021

export interface MigrateOptions {
  readonly dialect: DialectName
  readonly now: () => string
  /** Called before the first step on a database that already holds data. */
  readonly beforeChange: (from: number) => Promise<void>
  /** The steps; those of this version without it. */
  readonly steps?: readonly Migration[]
}

/**
 * Brings the schema up to this version: all missing steps in one transaction, under a lock, so that a crash
 * leaves the old schema. Throws `store-newer` when the database has steps that this version does not know.
 */
export async function migrate(database: Kysely<Schema>, options: MigrateOptions): Promise<void> {
  const steps = options.steps ?? migrations
  const before = await versionOf(database, options.dialect)
  assertKnown(before, steps.length)
  if (before === steps.length) return
  if (before > 0) await options.beforeChange(before)
  await database.transaction().execute(async (transaction) => {
    if (options.dialect === 'postgres')
      await sql`select pg_advisory_xact_lock(${advisoryLock})`.execute(transaction)
    const log = transaction as unknown as Kysely<MigrationLog>
    await log.schema
      .createTable('migration')
      .ifNotExists()
      .addColumn('number', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'text', (column) => column.notNull())
      .execute()
    // Another replica may have been faster while this one waited for the lock.
    const done = await versionOf(transaction, options.dialect)
    assertKnown(done, steps.length)
    for (const step of steps.slice(done)) {
      await step.up(transaction as unknown as Kysely<unknown>, options.dialect)
      const row = { number: step.number, name: step.name, applied_at: options.now() }
      await log.insertInto('migration').values(row).execute()
    }
  })
}

/** The number of the newest step that the database went through; 0 for an empty one. */
async function versionOf(database: Kysely<Schema>, dialect: DialectName): Promise<number> {
  if (!(await hasTable(database, dialect, 'migration'))) return 0
  const log = database as unknown as Kysely<MigrationLog>
  const row = await log
    .selectFrom('migration')
    .select((query) => query.fn.max('number').as('newest'))
    .executeTakeFirst()
  return Number(row?.newest ?? 0)
}

/** True when the table exists where unqualified names are looked up. */
export async function hasTable(
  database: Kysely<Schema>,
  dialect: DialectName,
  name: string,
): Promise<boolean> {
  const found =
    dialect === 'postgres'
      ? await sql`select 1 from information_schema.tables where table_schema = current_schema() and table_name = ${name}`.execute(
          database,
        )
      : await sql`select 1 from sqlite_master where type = 'table' and name = ${name}`.execute(database)
  return found.rows.length > 0
}

function assertKnown(found: number, known: number): void {
  if (found <= known) return
  throw new HubFailure(
    'store-newer',
    `database: it is at schema ${found}, this version knows up to ${known}`,
    {
      hint: 'start the version that wrote it, or a newer one; going back needs a backup from before the upgrade',
    },
  )
}
