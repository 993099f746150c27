import type { Migration } from './migration.ts'

/** What each job is about, so that an event of it is heard by whoever may look at a part. */
export const jobTargets: Migration = {
  number: 10,
  name: 'job-targets',
  async up(database) {
    await database.schema.alterTable('event').addColumn('job', 'text').execute()
    await database.schema.alterTable('event').addColumn('whole', 'text').execute()
    await database.schema
      .createTable('job_target')
      .addColumn('job', 'text', (column) => column.notNull())
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('bundle', 'text')
      .addColumn('namespace', 'text')
      .execute()
    await database.schema
      .createIndex('job_target_by_job')
      .on('job_target')
      .columns(['job', 'cluster'])
      .execute()
  },
}
