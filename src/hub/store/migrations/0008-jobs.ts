import type { Migration } from './migration.ts'

/** Long work on many clusters, each cluster's part in a row of its own. */
export const jobs: Migration = {
  number: 8,
  name: 'jobs',
  async up(database) {
    await database.schema
      .createTable('job')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'text')
      .addColumn('body', 'text', (column) => column.notNull())
      .execute()
    await database.schema.createIndex('job_by_created_at').on('job').columns(['created_at', 'id']).execute()
    await database.schema
      .createTable('job_row')
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('job_row_key', ['job', 'cluster'])
      .execute()
  },
}
