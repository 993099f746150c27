import { type Insertable, sql, type SqlBool } from 'kysely'
import { canonicalJson, refOfKey } from '../../core/object/index.ts'
import { type FoundWhere, numberFields, type ObjectProjection } from '../../core/search/index.ts'
import { bodyOf, type IndexChange, type IndexedObject } from './indexed-object.ts'
import { runsOf } from './json-text.ts'
import type { DialectName } from './migrations/index.ts'
import type { Queries, Schema } from './schema.ts'
import { clusterNumbers, integer, nextIds } from './search-ids.ts'
import { countGroups, type Counted } from './search-counts.ts'
import { inPlace, isWhole, placedWords, places } from './search-words.ts'

/** Rows that one statement takes. */
const rowsAtOnce = 200

/** Takes the changes over in their order. What stands as it is told is not written. */
export async function saveIndexed(
  queries: Queries,
  dialect: DialectName,
  changes: readonly IndexChange[],
): Promise<void> {
  const newest = [...new Map(changes.map((change) => [nameOf(change.cluster, change.key), change])).values()]
  const known = await knownRows(queries, newest)
  const rowOf = ({ cluster, key }: IndexChange): KnownRow | undefined => known.get(nameOf(cluster, key))
  const gone = newest.filter((change) => change.projection === undefined && change.declared !== true)
  const went = await drop(
    queries,
    dialect,
    gone.flatMap((change) => rowOf(change)?.id ?? []),
  )
  const there = newest.filter(isThere).filter((change) => {
    const row = rowOf(change)
    return row === undefined || (change.declared !== true && !stands(change, row))
  })
  const ids = await newIds(
    queries,
    there.filter((change) => rowOf(change) === undefined),
  )
  await put(
    queries,
    dialect,
    there.map((object) => {
      const row = rowOf(object)
      const words = placedWords(object.key, object.bundle, object.projection)
      const before = row === undefined ? undefined : placedWords(object.key, row.bundle, row.projection)
      const newWords = JSON.stringify(words) !== JSON.stringify(before)
      return { object, id: row?.id ?? ids.get(object) ?? 0, words, newWords }
    }),
  )
  const came = there.flatMap((object) => countedOf(object, rowOf(object)))
  await countGroups(queries, [...went, ...came])
}

/** What a change of an object that is there makes of the counts: nothing where it stays in its group. */
function countedOf({ cluster, bundle, key }: IndexedObject, before: KnownRow | undefined): Counted[] {
  if (before?.bundle === bundle) return []
  const ref = refOfKey(key)
  const now: Counted = { cluster, bundle, ref, objects: 1 }
  return before === undefined ? [now] : [{ cluster, bundle: before.bundle, ref, objects: -1 }, now]
}

function stands({ bundle, projection }: IndexedObject, row: KnownRow): boolean {
  return bundle === row.bundle && bodyText(projection) === bodyText(row.projection)
}

async function newIds(
  queries: Queries,
  fresh: readonly IndexedObject[],
): Promise<ReadonlyMap<IndexedObject, number>> {
  const clusters = [...new Set(fresh.map(({ cluster }) => cluster))]
  const next = await nextIds(queries, await clusterNumbers(queries, clusters))
  return new Map(
    fresh.map((object) => {
      const id = next.get(object.cluster) ?? 0
      next.set(object.cluster, id + 1)
      return [object, id]
    }),
  )
}

/** Drops objects, and answers those that were there. */
async function drop(queries: Queries, dialect: DialectName, ids: readonly number[]): Promise<Counted[]> {
  const went: Counted[] = []
  for (const run of runsOf(ids, rowsAtOnce)) {
    const id = sql.ref(dialect === 'sqlite' ? 'rowid' : 'id')
    await sql`delete from search_words where ${id} in (${sql.join(run)})`.execute(queries)
    const rows = await queries
      .deleteFrom('search_object')
      .where('id', 'in', run)
      .returning(['cluster', 'bundle', 'object_key'])
      .execute()
    for (const { cluster, bundle, object_key } of rows)
      went.push({ cluster, bundle, ref: refOfKey(object_key), objects: -1 })
  }
  return went
}

async function put(queries: Queries, dialect: DialectName, all: readonly PutObject[]): Promise<void> {
  for (const run of runsOf(all, rowsAtOnce)) {
    await queries
      .insertInto('search_object')
      .values(run.map(rowOfObject))
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(Object.fromEntries(moving.map((name) => [name, sql.ref(`excluded.${name}`)]))),
      )
      .execute()
    const reworded = run.filter(({ newWords }) => newWords)
    if (reworded.length > 0) await putWords(queries, dialect, reworded)
  }
}

/** What of an object's row may become another. */
const moving = ['bundle', ...numberFields, 'body'] as const

function rowOfObject({ object, id }: PutObject): Insertable<Schema['search_object']> {
  const { group, kind, namespace, name } = refOfKey(object.key)
  const { numbers } = object.projection
  return {
    id,
    cluster: object.cluster,
    bundle: object.bundle,
    object_key: object.key,
    api_group: group,
    kind,
    namespace,
    name,
    replicas: numbers.replicas ?? null,
    ready: numbers.ready ?? null,
    containers: numbers.containers ?? null,
    keys: numbers.keys ?? null,
    body: bodyText(object.projection),
  }
}

async function putWords(queries: Queries, dialect: DialectName, all: readonly PutObject[]): Promise<void> {
  if (dialect === 'sqlite') {
    const values = all.map(
      ({ id, words }) => sql`(${sql.join([integer(id), ...places.map((place) => words[place].join(' '))])})`,
    )
    await sql`insert or replace into search_words (rowid, name, label, image, owner) values ${sql.join(values)}`.execute(
      queries,
    )
    return
  }
  const values = all.map(
    ({ id, words }) => sql`(${integer(id)}, array_to_tsvector(${placedIn(words)}::text[]))`,
  )
  await sql`insert into search_words (id, words) values ${sql.join(values)}
    on conflict (id) do update set words = excluded.words`.execute(queries)
}

interface PutObject {
  readonly object: IndexedObject
  readonly id: number
  readonly words: Record<FoundWhere, string[]>
  /** Whether its words are others than those of the index. */
  readonly newWords: boolean
}

interface KnownRow {
  readonly id: number
  readonly bundle: string
  readonly projection: ObjectProjection
}

function nameOf(cluster: string, key: string): string {
  return `${cluster} ${key}`
}

function isThere(change: IndexChange): change is IndexChange & IndexedObject {
  return change.projection !== undefined
}

/** The rows of objects that the index knows: one question for objects of many clusters. */
async function knownRows(queries: Queries, changes: readonly IndexChange[]): Promise<Map<string, KnownRow>> {
  const known = new Map<string, KnownRow>()
  for (const run of runsOf(changes, rowsAtOnce)) {
    const places = run.map(({ cluster, key }) => sql`(${cluster}, ${key})`)
    const rows = await queries
      .selectFrom('search_object')
      .select(['id', 'cluster', 'object_key', 'bundle', 'body'])
      .where(sql<SqlBool>`(cluster, object_key) in (values ${sql.join(places)})`)
      .execute()
    for (const { id, cluster, object_key, bundle, body } of rows)
      known.set(nameOf(cluster, object_key), { id: Number(id), bundle, projection: bodyOf(body) })
  }
  return known
}

/** PostgreSQL keeps the keys of a map in an order of its own. */
function bodyText(projection: ObjectProjection): string {
  return canonicalJson(projection as never)
}

/** PostgreSQL's index has no columns: a word says its place by its first letter, and a text as a whole says it anyhow. */
function placedIn(words: Record<FoundWhere, string[]>): string[] {
  const all = places.flatMap((place) =>
    words[place].map((word) => (isWhole(word) ? word : inPlace(place, word))),
  )
  return [...new Set(all)]
}
