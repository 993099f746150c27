import type { Migration } from './migration.ts'

/** Runs of rollouts with what became of each cluster, and freezes. */
export const rollouts: Migration = {
  number: 2,
  name: 'rollouts',
  async up(database) {
    await database.schema
      .createTable('run')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('bundle', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('progress', 'text', (column) => column.notNull())
      .execute()
    await database.schema
      .createIndex('run_by_bundle_created_at')
      .on('run')
      .columns(['bundle', 'created_at'])
      .execute()
    await database.schema
      .createIndex('run_by_state_created_at')
      .on('run')
      .columns(['state', 'created_at'])
      .execute()
    await database.schema
      .createTable('run_cluster')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_cluster_key', ['run', 'cluster'])
      .execute()
    await database.schema
      .createTable('freeze')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'text')
      .addColumn('body', 'text', (column) => column.notNull())
      .execute()
  },
}
