import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Objects of all clusters as they are found: columns for what is compared, words for what is looked for. */
export const search: Migration = {
  number: 6,
  name: 'search',
  async up(database, dialect) {
    const isPostgres = dialect === 'postgres'
    const table = database.schema
      .createTable('search_object')
      .addColumn('id', isPostgres ? 'bigserial' : 'integer', (column) => column.primaryKey().notNull())
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('bundle', 'text', (column) => column.notNull())
      .addColumn('object_key', 'text', (column) => column.notNull())
      .addColumn('api_group', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('namespace', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('replicas', 'double precision')
      .addColumn('ready', 'double precision')
      .addColumn('containers', 'double precision')
      .addColumn('keys', 'double precision')
      .addColumn('body', isPostgres ? 'jsonb' : 'text', (column) => column.notNull())
    await (isPostgres
      ? table.addColumn('words', sql`tsvector`, (column) => column.notNull())
      : table
    ).execute()
    await database.schema
      .createIndex('search_object_by_key')
      .unique()
      .on('search_object')
      .columns(['cluster', 'object_key'])
      .execute()
    const indexed = [
      ['kind', 'cluster'],
      ['namespace', 'kind', 'cluster'],
      ['name', 'kind', 'cluster'],
      ['bundle', 'cluster'],
      ['replicas', 'kind', 'cluster'],
    ]
    for (const columns of indexed) {
      await database.schema
        .createIndex(`search_object_by_${columns.join('_')}`)
        .on('search_object')
        .columns(columns)
        .execute()
    }
    if (isPostgres) {
      await sql`create index search_object_by_words on search_object using gin (words)`.execute(database)
      return
    }
    // The words are kept in the index alone; each column is one place where they are looked for.
    await sql`create virtual table search_words using fts5(name, label, image, owner, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0", prefix='2 3')`.execute(
      database,
    )
  },
}
