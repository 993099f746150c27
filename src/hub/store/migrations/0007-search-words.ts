import { sql } from 'kysely'
import type { Migration } from './migration.ts'

const texts = ['cluster', 'bundle', 'object_key', 'api_group', 'kind', 'namespace', 'name'] as const

/**
 * Empties the search index, which is told again: an object's number begins with that of its cluster from now on, and
 * labels, images and owners are words as a whole too. Texts sort by their bytes in both databases.
 */
export const searchWords: Migration = {
  number: 7,
  name: 'search-words',
  async up(database, dialect) {
    await sql`delete from search_object`.execute(database)
    if (dialect === 'sqlite') {
      await sql`insert into search_words (search_words) values ('delete-all')`.execute(database)
    } else {
      for (const column of texts) {
        await sql`alter table search_object alter column ${sql.ref(column)} type text collate "C"`.execute(
          database,
        )
      }
    }
    await database.schema
      .createIndex('search_object_by_api_group_cluster')
      .on('search_object')
      .columns(['api_group', 'cluster'])
      .execute()
    await database.schema
      .createTable('search_cluster')
      .addColumn('number', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('cluster', 'text', (column) => column.notNull().unique())
      .execute()
  },
}
