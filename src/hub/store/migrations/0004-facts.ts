import type { Migration } from './migration.ts'

/** What was discovered about a cluster: large, and written only when it has changed. */
export const facts: Migration = {
  number: 4,
  name: 'facts',
  async up(database) {
    await database.schema.alterTable('cluster_state').addColumn('facts', 'text').execute()
  },
}
