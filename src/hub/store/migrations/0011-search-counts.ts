import { sql } from 'kysely'
import type { Migration } from './migration.ts'

const texts = ['cluster', 'namespace', 'kind', 'bundle', 'api_group'] as const

/**
 * Empties the search index, which is told again: objects are counted by group as they come and go, and words stand beside
 * the objects in both databases, each with its place, and without the positions that nobody asks for.
 */
export const searchCounts: Migration = {
  number: 11,
  name: 'search-counts',
  async up(database, dialect) {
    const isPostgres = dialect === 'postgres'
    const text = isPostgres ? sql`text collate "C"` : sql`text`
    const columns = texts.map((name) => sql`${sql.ref(name)} ${text} not null`)
    await sql`create table search_count (${sql.join(columns)}, objects bigint not null, primary key (${sql.join(texts.map((name) => sql.ref(name)))}))`.execute(
      database,
    )
    for (const indexed of [
      ['kind', 'cluster'],
      ['namespace', 'kind'],
    ]) {
      await database.schema
        .createIndex(`search_count_by_${indexed.join('_')}`)
        .on('search_count')
        .columns(indexed)
        .execute()
    }
    if (!isPostgres) {
      await sql`delete from search_object`.execute(database)
      await sql`drop table search_words`.execute(database)
      // Words are letters and digits in small letters already: nothing is left to take apart or to fold.
      await sql`create virtual table search_words using fts5(name, label, image, owner, content='', contentless_delete=1, detail=column, tokenize="ascii", prefix='2 3')`.execute(
        database,
      )
      return
    }
    await sql`alter table search_cluster alter column cluster type text collate "C"`.execute(database)
    await sql`truncate table search_object`.execute(database)
    await sql`alter table search_object drop column words`.execute(database)
    await database.schema
      .createTable('search_words')
      .addColumn('id', 'bigint', (column) => column.primaryKey().notNull())
      .addColumn('words', sql`tsvector`, (column) => column.notNull())
      .execute()
    // Each question goes through what has not been put in its place yet.
    await sql`create index search_words_by_words on search_words using gin (words) with (gin_pending_list_limit = 256)`.execute(
      database,
    )
  },
}
