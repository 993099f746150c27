import type { Migration } from './migration.ts'

/** What hooks of a bundle's rendering have run on a cluster, so that none runs twice. */
export const hooks: Migration = {
  number: 3,
  name: 'hooks',
  async up(database) {
    await database.schema.alterTable('bundle_state').addColumn('hooks', 'text').execute()
  },
}
