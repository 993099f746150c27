import { sql } from 'kysely'
import type { ObjectRef } from '../../core/object/index.ts'
import { runsOf } from './json-text.ts'
import type { Queries, Schema } from './schema.ts'

/** Rows that one statement takes. */
const rowsAtOnce = 200

const columns = ['cluster', 'namespace', 'kind', 'bundle', 'api_group'] as const

/** Objects that came to a group, or went from it where the number is below 0. */
export interface Counted {
  readonly cluster: string
  readonly bundle: string
  readonly ref: ObjectRef
  readonly objects: 1 | -1
}

/** Keeps count of the objects of each group, so that a question about groups needs no look at them. */
export async function countGroups(queries: Queries, counted: readonly Counted[]): Promise<void> {
  const groups = new Map<string, Schema['search_count']>()
  for (const { cluster, bundle, ref, objects } of counted) {
    const { group, kind, namespace } = ref
    const name = JSON.stringify([cluster, namespace, kind, bundle, group])
    const known = groups.get(name) ?? { cluster, namespace, kind, bundle, api_group: group, objects: 0 }
    groups.set(name, { ...known, objects: known.objects + objects })
  }
  const changed = [...groups.values()].filter(({ objects }) => objects !== 0)
  for (const run of runsOf(changed, rowsAtOnce)) {
    await queries
      .insertInto('search_count')
      .values(run)
      .onConflict((conflict) =>
        conflict
          .columns([...columns])
          .doUpdateSet({ objects: sql<number>`search_count.objects + excluded.objects` }),
      )
      .execute()
  }
  const fewer = new Set(changed.filter(({ objects }) => objects < 0).map(({ cluster }) => cluster))
  for (const run of runsOf([...fewer], rowsAtOnce)) {
    await queries.deleteFrom('search_count').where('cluster', 'in', run).where('objects', '<=', 0).execute()
  }
}
