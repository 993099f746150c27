import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import { syncFolder } from './file-seal.ts'
import type { Schema } from './schema.ts'

/** Statements that stay prepared; the hub has far fewer texts, lists of names apart. */
const keptStatements = 300
/** A longer statement is not kept: it has a list of names in it, which it holds until it is given another one. */
const longestKept = 4_000

/** Marks the file as ours (`PRAGMA application_id`): the letters EKHB. */
const applicationId = 0x45_4b_48_42

/** Opens a SQLite file with the settings that durability needs. Throws what SQLite throws. */
export function openSqliteFile(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true })
  try {
    connection.exec('pragma trusted_schema = off; pragma cell_size_check = on; pragma temp_store = memory')
    connection.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864',
    )
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Opens a SQLite file that another connection of this process writes. Throws what SQLite throws. */
export function openToRead(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  connection.exec('pragma trusted_schema = off; pragma query_only = on; pragma temp_store = memory')
  return connection
}

/**
 * Makes an empty database that says whose it is, and gives it its name when it is durable: an empty file under that
 * name was cut off, whenever it is found.
 */
export async function createSqliteFile(file: string): Promise<void> {
  const draft = `${file}.new`
  await rm(draft, { force: true })
  await (await open(draft, 'wx', 0o600)).close()
  const connection = new DatabaseSync(draft)
  try {
    connection.exec(`pragma application_id = ${applicationId}`)
  } finally {
    connection.close()
  }
  await rename(draft, file)
  await syncFolder(dirname(file))
}

/** Looks over the structure of a file. Empty when nothing is wrong, else the first findings. */
export function findDamage(connection: DatabaseSync): string[] {
  const rows = connection.prepare('pragma quick_check(5)').all()
  const findings = rows.map((row) => String(Object.values(row)[0]))
  return findings.length === 1 && findings[0] === 'ok' ? [] : findings
}

/**
 * Whose database a file is, from its first bytes alone (sqlite.org/fileformat.html, 1.3): SQLite itself takes an empty
 * file for a new database and would begin to write.
 */
export async function ownerOf(file: string): Promise<'ours' | 'another program' | 'nobody'> {
  const handle = await open(file, 'r')
  try {
    const header = Buffer.alloc(100)
    const { bytesRead } = await handle.read(header, 0, header.length, 0)
    if (bytesRead < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'nobody'
    return header.readUInt32BE(68) === applicationId ? 'ours' : 'another program'
  } finally {
    await handle.close()
  }
}

/** Queries over `node:sqlite`, in the shape that kysely's SQLite dialect asks for. */
export function queriesOver(connection: DatabaseSync): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(connection) }) })
}

function adapt(connection: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close: () => connection.close(),
    prepare(text) {
      const known = prepared.get(text)
      if (known !== undefined) return known
      const statement = adaptStatement(connection.prepare(text))
      if (text.length > longestKept) return statement
      if (prepared.size >= keptStatements) prepared.delete(prepared.keys().next().value ?? '')
      prepared.set(text, statement)
      return statement
    },
  }
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  const input = (parameters: readonly unknown[]): SQLInputValue[] => [...parameters] as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...input(parameters)),
    run: (parameters) => statement.run(...input(parameters)),
    iterate: (parameters) => statement.iterate(...input(parameters)),
  }
}
