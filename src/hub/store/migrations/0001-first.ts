import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/** The first schema: what the hub keeps (model, "What the hub keeps"). */
export const first: Migration = {
  number: 1,
  name: 'first',
  async up(database, dialect) {
    const bytes = sql.raw(dialect === 'postgres' ? 'bytea' : 'blob')
    await table(database, 'meta').addColumn('key', 'text', key).addColumn('value', 'text', filled).execute()
    await table(database, 'content')
      .addColumn('name', 'text', key)
      .addColumn('digest', 'text', filled)
      .addColumn('body', bytes, filled)
      .addColumn('bytes', 'bigint', filled)
      .addColumn('used_at', 'text', filled)
      .execute()
    await clusterTables(database)
    await ledgerTables(database)
    await table(database, 'event')
      .addColumn('sequence', 'bigint', key)
      .addColumn('at', 'text', filled)
      .addColumn('type', 'text', filled)
      .addColumn('cluster', 'text')
      .addColumn('bundle', 'text')
      .addColumn('object_key', 'text')
      .addColumn('message', 'text', filled)
      .addColumn('actor', 'text')
      .addColumn('reason', 'text')
      .addColumn('request_id', 'text')
      .addColumn('link', 'text', filled)
      .execute()
    await index(database, 'event', ['at'])
    await index(database, 'event', ['cluster', 'sequence'])
    await table(database, 'token')
      .addColumn('hash', 'text', key)
      .addColumn('purpose', 'text', filled)
      .addColumn('name', 'text', filled)
      .addColumn('privileges', 'text', filled)
      .addColumn('created_at', 'text', filled)
      .execute()
  },
}

async function clusterTables(database: Kysely<unknown>): Promise<void> {
  await table(database, 'cluster_state')
    .addColumn('cluster', 'text', key)
    .addColumn('cluster_id', 'text')
    .addColumn('verified_at', 'text')
    .addColumn('epoch', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('report', 'text')
    .addColumn('last_good', 'text')
    .addColumn('detached_at', 'text')
    .execute()
  await table(database, 'assignment')
    .addColumn('cluster', 'text', filled)
    .addColumn('bundle', 'text', filled)
    .addColumn('variant', 'text', filled)
    .addColumn('body', 'text', filled)
    .addPrimaryKeyConstraint('assignment_key', ['cluster', 'bundle'])
    .execute()
  await index(database, 'assignment', ['variant'])
  await table(database, 'bundle_state')
    .addColumn('cluster', 'text', filled)
    .addColumn('bundle', 'text', filled)
    .addColumn('applied', 'text')
    .addColumn('report', 'text')
    .addPrimaryKeyConstraint('bundle_state_key', ['cluster', 'bundle'])
    .execute()
  await table(database, 'inventory')
    .addColumn('cluster', 'text', filled)
    .addColumn('bundle', 'text', filled)
    .addColumn('object_key', 'text', filled)
    .addColumn('api_group', 'text', filled)
    .addColumn('kind', 'text', filled)
    .addColumn('api_version', 'text', filled)
    .addColumn('uid', 'text')
    .addPrimaryKeyConstraint('inventory_key', ['cluster', 'bundle', 'object_key'])
    .execute()
  await index(database, 'inventory', ['kind'])
  await table(database, 'receipt')
    .addColumn('cluster', 'text', filled)
    .addColumn('object_key', 'text', filled)
    .addColumn('bundle', 'text', filled)
    .addColumn('body', 'text', filled)
    .addPrimaryKeyConstraint('receipt_key', ['cluster', 'object_key'])
    .execute()
}

async function ledgerTables(database: Kysely<unknown>): Promise<void> {
  await table(database, 'drift')
    .addColumn('id', 'text', key)
    .addColumn('cluster', 'text', filled)
    .addColumn('bundle', 'text', filled)
    .addColumn('api_group', 'text', filled)
    .addColumn('kind', 'text', filled)
    .addColumn('namespace', 'text', filled)
    .addColumn('name', 'text', filled)
    .addColumn('path', 'text', filled)
    .addColumn('cause', 'text', filled)
    .addColumn('state', 'text', filled)
    .addColumn('first_seen', 'text', filled)
    .addColumn('last_seen', 'text', filled)
    .addColumn('body', 'text', filled)
    .execute()
  await index(database, 'drift', ['state', 'first_seen'])
  await index(database, 'drift', ['cluster', 'state'])
  await index(database, 'drift', ['cause', 'state'])
  await table(database, 'plan')
    .addColumn('id', 'text', key)
    .addColumn('cluster', 'text', filled)
    .addColumn('bundle', 'text', filled)
    .addColumn('state', 'text', filled)
    .addColumn('created_at', 'text', filled)
    .addColumn('decided_at', 'text')
    .addColumn('decided_by', 'text')
    .addColumn('decision_reason', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('detail', 'text')
    .addColumn('body', 'text', filled)
    .execute()
  await index(database, 'plan', ['state', 'created_at'])
  await index(database, 'plan', ['cluster', 'bundle', 'state'])
}

function table(database: Kysely<unknown>, name: string) {
  return database.schema.createTable(name)
}

async function index(database: Kysely<unknown>, on: string, columns: string[]): Promise<void> {
  await database.schema
    .createIndex(`${on}_by_${columns.join('_')}`)
    .on(on)
    .columns(columns)
    .execute()
}

type Column = Parameters<Parameters<ReturnType<typeof table>['addColumn']>[2] & object>[0]

function key(column: Column): Column {
  return column.primaryKey().notNull()
}

function filled(column: Column): Column {
  return column.notNull()
}
