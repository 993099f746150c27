import type { Migration } from './migration.ts'

/** Quotas, roles and bindings in full: contents that clusters share, who has which, what changed, and how full quotas are. */
export const recorded: Migration = {
  number: 9,
  name: 'recorded',
  async up(database) {
    const { schema } = database
    await schema
      .createTable('recorded_content')
      .addColumn('hash', 'text', (column) => column.primaryKey().notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute()
    await schema.createIndex('recorded_content_by_kind').on('recorded_content').columns(['kind']).execute()
    await schema
      .createTable('recorded_object')
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('object_key', 'text', (column) => column.notNull())
      .addColumn('api_group', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('namespace', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('role', 'text')
      .addColumn('resource_version', 'text', (column) => column.notNull())
      .addColumn('uid', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'text', (column) => column.notNull())
      .addColumn('writer', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('recorded_object_key', ['cluster', 'object_key'])
      .execute()
    for (const columns of [['hash'], ['role'], ['kind', 'cluster']]) {
      await schema
        .createIndex(`recorded_object_by_${columns.join('_')}`)
        .on('recorded_object')
        .columns(columns)
        .execute()
    }
    await schema
      .createTable('recorded_change')
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('object_key', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('from_hash', 'text')
      .addColumn('to_hash', 'text')
      .addColumn('writer', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('recorded_change_key', ['cluster', 'object_key', 'number'])
      .execute()
    await schema.createIndex('recorded_change_by_at').on('recorded_change').columns(['at']).execute()
    await schema
      .createTable('recorded_kind')
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('api_group', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('looked', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('recorded_kind_key', ['cluster', 'api_group', 'kind'])
      .execute()
    await schema
      .createTable('quota')
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('object_key', 'text', (column) => column.notNull())
      .addColumn('resource', 'text', (column) => column.notNull())
      .addColumn('namespace', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('hard', 'text', (column) => column.notNull())
      .addColumn('used', 'text')
      .addColumn('fullness', 'double precision', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('quota_key', ['cluster', 'object_key', 'resource'])
      .execute()
    await schema
      .createIndex('quota_by_fullness')
      .on('quota')
      .columns(['fullness', 'cluster', 'object_key', 'resource'])
      .execute()
    await schema
      .createTable('quota_sample')
      .addColumn('cluster', 'text', (column) => column.notNull())
      .addColumn('object_key', 'text', (column) => column.notNull())
      .addColumn('resource', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('fullness', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('quota_sample_key', ['cluster', 'object_key', 'resource', 'at'])
      .execute()
    await schema.createIndex('quota_sample_by_at').on('quota_sample').columns(['at']).execute()
  },
}
