import {
  type Expression,
  type ExpressionBuilder,
  type Insertable,
  type RawBuilder,
  sql,
  type SqlBool,
} from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import { refOfKey } from '../../core/object/index.ts'
import {
  type FoundWhere,
  numberFields,
  type ObjectProjection,
  type SearchQuestion,
  wordsOf,
} from '../../core/search/index.ts'
import type { Database } from './database.ts'
import { runsOf, toText } from './json-text.ts'
import { noRow } from './no-row.ts'
import type { Queries, Schema } from './schema.ts'
import { withinAny } from './within.ts'

/** One object as it is found. */
export interface IndexedObject {
  readonly cluster: string
  readonly bundle: string
  /** `keyOf` the object. */
  readonly key: string
  readonly projection: ObjectProjection
}

/** What changed of the objects of one cluster: without a projection it is there no more. */
export interface IndexChange {
  readonly cluster: string
  readonly bundle: string
  readonly key: string
  readonly projection: ObjectProjection | undefined
  /** It says what is declared, and goes behind what was seen. */
  readonly declared?: boolean
}

export interface SearchScope {
  /** The clusters that are searched: all without it, none for an empty list. */
  readonly clusters?: readonly string[] | undefined
  readonly within?: readonly Limit[] | undefined
}

export interface SearchPage {
  readonly items: IndexedObject[]
  readonly total: number
  /** How many were found on each cluster that has any. */
  readonly byCluster: { readonly cluster: string; readonly count: number }[]
  readonly next?: string
}

/** Rows that one statement takes. */
const rowsAtOnce = 200

/** What a field may be, for completion. */
export type CompletedField = 'kind' | 'api_group' | 'namespace' | 'name' | 'bundle'

/** The index over the objects of all clusters. It holds nothing that could not be made again. */
export class SearchTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Takes the changes over in their order, as one transaction. */
  async save(changes: readonly IndexChange[]): Promise<void> {
    const newest = new Map(changes.map((change) => [nameOf(change.cluster, change.key), change]))
    await this.#database.write(async (queries) => {
      const known = await idsOf(queries, [...newest.values()])
      const isNew = ({ cluster, key, declared }: IndexChange): boolean =>
        declared !== true || !known.has(nameOf(cluster, key))
      const current = [...newest.values()].filter(isNew)
      await this.#drop(
        queries,
        current.flatMap(({ cluster, key }) => known.get(nameOf(cluster, key)) ?? []),
      )
      await this.#insert(queries, current.filter(isThere))
    })
  }

  /** The objects that match, by cluster and key; those after `cursor`. */
  async find(
    question: SearchQuestion,
    scope: SearchScope,
    limit: number,
    cursor?: string,
  ): Promise<SearchPage> {
    if (scope.clusters?.length === 0 || scope.within?.length === 0)
      return { items: [], total: 0, byCluster: [] }
    return this.#database.read(async (queries) => {
      const matching = queries.selectFrom('search_object').where(this.#matches(question, scope))
      const counts = await matching
        .select((select) => ['cluster', select.fn.countAll<number>().as('count')])
        .groupBy('cluster')
        .orderBy('cluster')
        .execute()
      const [cluster = '', key = ''] = cursor === undefined ? [] : cursor.split('|')
      const after =
        cursor === undefined
          ? matching
          : matching.where((where) =>
              where.or([
                where('cluster', '>', cluster),
                where.and([where('cluster', '=', cluster), where('object_key', '>', key)]),
              ]),
            )
      const rows = await after
        .select(['cluster', 'bundle', 'object_key', 'body'])
        .orderBy('cluster')
        .orderBy('object_key')
        .limit(limit + 1)
        .execute()
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const byCluster = counts.map((row) => ({ cluster: row.cluster, count: Number(row.count) }))
      return {
        items: shown.map((row) => ({
          cluster: row.cluster,
          bundle: row.bundle,
          key: row.object_key,
          projection: bodyOf(row.body),
        })),
        total: byCluster.reduce((sum, { count }) => sum + count, 0),
        byCluster,
        ...(rows.length > limit && last !== undefined ? { next: `${last.cluster}|${last.object_key}` } : {}),
      }
    })
  }

  /** What a field is among the objects in scope, beginning with `prefix`, sorted. */
  async complete(
    field: CompletedField,
    prefix: string,
    scope: SearchScope,
    limit: number,
  ): Promise<string[]> {
    if (scope.clusters?.length === 0 || scope.within?.length === 0) return []
    const empty: SearchQuestion = { labels: [], images: [], owners: [], numbers: [], words: [], problems: [] }
    const rows = await this.#database.read((queries) =>
      queries
        .selectFrom('search_object')
        .select(field)
        .distinct()
        .where(this.#matches(empty, scope))
        .where(sql<SqlBool>`lower(${sql.ref(field)}) like ${`${escaped(prefix.toLowerCase())}%`} escape '\\'`)
        .orderBy(field)
        .limit(limit)
        .execute(),
    )
    return rows.map((row) => row[field])
  }

  /** The bundles of clusters of which anything is indexed. */
  async known(): Promise<{ cluster: string; bundle: string }[]> {
    return this.#database.read((queries) =>
      queries.selectFrom('search_object').select(['cluster', 'bundle']).distinct().execute(),
    )
  }

  async #drop(queries: Queries, ids: readonly number[]): Promise<void> {
    for (const run of runsOf(ids, rowsAtOnce)) {
      if (this.#database.dialect === 'sqlite') {
        await sql`delete from search_words where rowid in (${sql.join(run)})`.execute(queries)
      }
      await queries.deleteFrom('search_object').where('id', 'in', run).execute()
    }
  }

  async #insert(queries: Queries, objects: readonly IndexedObject[]): Promise<void> {
    const isSqlite = this.#database.dialect === 'sqlite'
    for (const run of runsOf(objects, rowsAtOnce)) {
      const rows = run.map((object) => {
        const { group, kind, namespace, name } = refOfKey(object.key)
        const { numbers } = object.projection
        return {
          cluster: object.cluster,
          bundle: object.bundle,
          object_key: object.key,
          api_group: group,
          kind,
          namespace,
          name,
          ...Object.fromEntries(numberFields.map((field) => [field, numbers[field] ?? null])),
          body: toText(object.projection),
          ...(isSqlite ? {} : { words: vectorOf(placedWords(object.key, object.projection)) }),
        } as unknown as Insertable<Schema['search_object']>
      })
      const made = await queries
        .insertInto('search_object')
        .values(rows)
        .returning(['id', 'cluster', 'object_key'])
        .execute()
      if (!isSqlite) continue
      const projections = new Map(
        run.map(({ cluster, key, projection }) => [nameOf(cluster, key), projection]),
      )
      const values = made.map(({ id, cluster, object_key }) => {
        const projection = projections.get(nameOf(cluster, object_key))
        const words = projection === undefined ? undefined : placedWords(object_key, projection)
        return sql`(${sql.join([id, ...places.map((place) => words?.[place].join(' ') ?? '')])})`
      })
      await sql`insert into search_words (rowid, name, label, image, owner) values ${sql.join(values)}`.execute(
        queries,
      )
    }
  }

  #matches(question: SearchQuestion, scope: SearchScope) {
    return (where: ExpressionBuilder<Schema, 'search_object'>): Expression<SqlBool> => {
      const among = (column: CompletedField | 'cluster', values: readonly string[] | undefined) =>
        values === undefined ? [] : [values.length === 0 ? noRow : where(column, 'in', [...values])]
      const { words } = question
      return where.and([
        ...among('cluster', scope.clusters),
        ...(scope.within === undefined
          ? []
          : [withinAny(scope.within, 'namespace')(where as unknown as ExpressionBuilder<Schema, 'drift'>)]),
        ...among('cluster', question.clusters),
        ...among('kind', question.kinds),
        ...among('api_group', question.groups),
        ...among('namespace', question.namespaces),
        ...among('name', question.names),
        ...among('bundle', question.bundles),
        ...question.numbers.map(({ field, comparison, value }) => where(field, comparison, value)),
        ...question.labels.map((label) => this.#hasLabel(label)),
        ...question.images.map((values) => this.#holds('images', values)),
        ...question.owners.map((values) => this.#holds('owners', values)),
        ...this.#hasWords([...words, ...impliedWords(question)]),
      ])
    }
  }

  #hasLabel({ key, values }: SearchQuestion['labels'][number]): RawBuilder<SqlBool> {
    const value =
      this.#database.dialect === 'sqlite'
        ? sql`json_extract(body, ${`$.labels.${JSON.stringify(key)}`})`
        : sql`(body -> 'labels' ->> ${key})`
    if (values === undefined) return sql<SqlBool>`${value} is not null`
    return sql<SqlBool>`${value} in (${sql.join([...values])})`
  }

  #holds(list: 'images' | 'owners', values: readonly string[]): RawBuilder<SqlBool> {
    const wanted = sql.join([...values])
    return this.#database.dialect === 'sqlite'
      ? sql<SqlBool>`exists (select 1 from json_each(body, ${`$.${list}`}) as one where one.value in (${wanted}))`
      : sql<SqlBool>`exists (select 1 from jsonb_array_elements_text(body -> ${list}) as one where one in (${wanted}))`
  }

  /** Each is begun by a word of the object, or where it is whole, is one. */
  #hasWords(words: readonly SoughtWord[]): RawBuilder<SqlBool>[] {
    if (words.length === 0) return []
    if (this.#database.dialect === 'sqlite') {
      const match = words.map(
        ({ word, where, whole }) =>
          `${where === undefined ? '' : `${where} : `}"${word}"${whole === true ? '' : '*'}`,
      )
      return [
        sql<SqlBool>`id in (select rowid from search_words where search_words match ${match.join(' AND ')})`,
      ]
    }
    const query = words.map(({ word, where, whole }) => {
      const weight = where === undefined ? '' : weights[where]
      const flags = `${whole === true ? '' : '*'}${weight}`
      return `'${word}'${flags === '' ? '' : `:${flags}`}`
    })
    return [sql<SqlBool>`words @@ ${query.join(' & ')}::tsquery`]
  }
}

type SoughtWord = SearchQuestion['words'][number] & { readonly whole?: boolean }

/**
 * The words that an object must have to hold what is asked for as a whole: the index finds by words, and only what it found
 * is compared.
 */
function impliedWords({ labels, images, owners }: SearchQuestion): SoughtWord[] {
  const only = (values: readonly string[] | undefined): string[] =>
    values?.length === 1 ? wordsOf(...values) : []
  const as = (where: FoundWhere, words: readonly string[]): SoughtWord[] =>
    words.map((word) => ({ word, where, whole: true }))
  return [
    ...labels.flatMap(({ key, values }) => as('label', [...wordsOf(key), ...only(values)])),
    ...images.flatMap((values) => as('image', only(values))),
    ...owners.flatMap((values) => as('owner', only(values))),
  ]
}

function nameOf(cluster: string, key: string): string {
  return `${cluster} ${key}`
}

function isThere(change: IndexChange): change is IndexChange & IndexedObject {
  return change.projection !== undefined
}

/** The rows of objects that the index knows. */
async function idsOf(queries: Queries, changes: readonly IndexChange[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  for (const [cluster, own] of Map.groupBy(changes, (change) => change.cluster)) {
    for (const run of runsOf(own, rowsAtOnce)) {
      const rows = await queries
        .selectFrom('search_object')
        .select(['id', 'object_key'])
        .where('cluster', '=', cluster)
        .where(
          'object_key',
          'in',
          run.map(({ key }) => key),
        )
        .execute()
      for (const row of rows) ids.set(nameOf(cluster, row.object_key), Number(row.id))
    }
  }
  return ids
}

const places: readonly FoundWhere[] = ['name', 'label', 'image', 'owner']
/** PostgreSQL tells the places of words apart by four weights. */
const weights: Readonly<Record<FoundWhere, string>> = { name: 'A', label: 'B', image: 'C', owner: 'D' }

function placedWords(
  key: string,
  { labels, images, owners }: ObjectProjection,
): Record<FoundWhere, string[]> {
  const { kind, namespace, name } = refOfKey(key)
  return {
    name: wordsOf(name, namespace, kind),
    label: wordsOf(...Object.entries(labels).flat()),
    image: wordsOf(...images),
    owner: wordsOf(...owners),
  }
}

/** Words are letters and digits alone, so that no parser takes them for anything else. */
function vectorOf(words: Record<FoundWhere, string[]>): RawBuilder<unknown> {
  const parts = places.map(
    (place) => sql`setweight(array_to_tsvector(${words[place]}::text[]), ${weights[place]}::"char")`,
  )
  return sql.join(parts, sql` || `)
}

/** PostgreSQL answers jsonb as a structure. */
function bodyOf(body: unknown): ObjectProjection {
  return (typeof body === 'string' ? JSON.parse(body) : body) as ObjectProjection
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (mark) => `\\${mark}`)
}
