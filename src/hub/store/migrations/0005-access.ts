import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Who is signed in, how they may sign in, who failed to, and what was answered to a write that may come again. */
export const access: Migration = {
  number: 5,
  name: 'access',
  async up(database, dialect) {
    const bytes = sql.raw(dialect === 'postgres' ? 'bytea' : 'blob')
    await database.schema
      .createTable('session')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('session_by_name').on('session').columns(['name']).execute()
    await database.schema
      .createTable('one_time')
      .addColumn('hash', 'text', (column) => column.primaryKey().notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('body', bytes, (column) => column.notNull())
      .execute()
    await database.schema
      .createTable('failed_sign_in')
      .addColumn('origin', 'text', (column) => column.primaryKey().notNull())
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .execute()
    await database.schema
      .createTable('kept_answer')
      .addColumn('caller', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('body', bytes)
      .addPrimaryKeyConstraint('kept_answer_key', ['caller', 'key'])
      .execute()
    await database.schema.createIndex('kept_answer_by_at').on('kept_answer').columns(['at']).execute()
    await database.schema.alterTable('token').addColumn('id', 'text').execute()
    await database.schema.alterTable('token').addColumn('body', 'text').execute()
    await database.schema.alterTable('token').addColumn('expires_at', 'text').execute()
    await database.schema.alterTable('token').addColumn('used_at', 'text').execute()
  },
}
