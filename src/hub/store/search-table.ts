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
import { toText } from './json-text.ts'
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
  /** The clusters that are searched; none for an empty list. */
  readonly clusters: readonly string[]
  readonly within?: readonly Limit[] | undefined
}

export interface SearchPage {
  readonly items: IndexedObject[]
  readonly total: number
  /** How many were found on each cluster that has any. */
  readonly byCluster: { readonly cluster: string; readonly count: number }[]
  readonly next?: string
}

/** What a field may be, for completion. */
export type CompletedField = 'kind' | 'api_group' | 'namespace' | 'name' | 'bundle'

/** The index over the objects of all clusters. It holds nothing that could not be made again. */
export class SearchTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Takes the changes over in their order. */
  async save(changes: readonly IndexChange[]): Promise<void> {
    const newest = new Map(changes.map((change) => [`${change.cluster} ${change.key}`, change]))
    await this.#database.write(async (queries) => {
      for (const change of newest.values()) await this.#saveOne(queries, change)
    })
  }

  /** The objects that match, by cluster and key; those after `cursor`. */
  async find(
    question: SearchQuestion,
    scope: SearchScope,
    limit: number,
    cursor?: string,
  ): Promise<SearchPage> {
    if (scope.clusters.length === 0 || scope.within?.length === 0)
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
    if (scope.clusters.length === 0 || scope.within?.length === 0) return []
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

  async #saveOne(queries: Queries, change: IndexChange): Promise<void> {
    const { cluster, bundle, key, projection } = change
    const known = await queries
      .selectFrom('search_object')
      .select('id')
      .where('cluster', '=', cluster)
      .where('object_key', '=', key)
      .executeTakeFirst()
    if (known !== undefined && change.declared === true) return
    const isSqlite = this.#database.dialect === 'sqlite'
    if (known !== undefined) {
      if (isSqlite) await sql`delete from search_words where rowid = ${known.id}`.execute(queries)
      await queries.deleteFrom('search_object').where('id', '=', known.id).execute()
    }
    if (projection === undefined) return
    const { group, kind, namespace, name } = refOfKey(key)
    const words = placedWords(key, projection)
    const { numbers } = projection
    const row = {
      cluster,
      bundle,
      object_key: key,
      api_group: group,
      kind,
      namespace,
      name,
      ...Object.fromEntries(numberFields.map((field) => [field, numbers[field] ?? null])),
      body: toText(projection),
      ...(isSqlite ? {} : { words: vectorOf(words) }),
    } as unknown as Insertable<Schema['search_object']>
    const made = await queries.insertInto('search_object').values(row).returning('id').executeTakeFirst()
    if (!isSqlite) return
    const [names, labels, images, owners] = places.map((place) => words[place].join(' '))
    await sql`insert into search_words (rowid, name, label, image, owner) values (${made?.id}, ${names}, ${labels}, ${images}, ${owners})`.execute(
      queries,
    )
  }

  #matches(question: SearchQuestion, scope: SearchScope) {
    return (where: ExpressionBuilder<Schema, 'search_object'>): Expression<SqlBool> => {
      const among = (column: CompletedField | 'cluster', values: readonly string[] | undefined) =>
        values === undefined ? [] : [values.length === 0 ? noRow : where(column, 'in', [...values])]
      const { words } = question
      return where.and([
        where('cluster', 'in', [...scope.clusters]),
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
        ...(words.length === 0 ? [] : [this.#hasWords(words)]),
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

  #hasWords(words: SearchQuestion['words']): RawBuilder<SqlBool> {
    if (this.#database.dialect === 'sqlite') {
      const match = words
        .map(({ word, where }) => `${where === undefined ? '' : `${where} : `}"${word}"*`)
        .join(' AND ')
      return sql<SqlBool>`id in (select rowid from search_words where search_words match ${match})`
    }
    const query = words
      .map(({ word, where }) => `'${word}':*${where === undefined ? '' : weights[where]}`)
      .join(' & ')
    return sql<SqlBool>`words @@ ${query}::tsquery`
  }
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
