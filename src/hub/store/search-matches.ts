import { type Expression, type ExpressionBuilder, type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import type { SearchQuestion } from '../../core/search/index.ts'
import type { DialectName } from './migrations/index.ts'
import { noRow } from './no-row.ts'
import type { Queries, Schema } from './schema.ts'
import { integer, knownNumbers, objectBits, rangeOf } from './search-ids.ts'
import { inPlace, places, type SoughtWord, soughtGroups, soughtWords } from './search-words.ts'
import { withinAny } from './within.ts'

export interface SearchScope {
  /** The clusters that are searched: all without it, none for an empty list. */
  readonly clusters?: readonly string[] | undefined
  readonly within?: readonly Limit[] | undefined
}

/** What a field may be, for completion. */
export type CompletedField = 'kind' | 'api_group' | 'namespace' | 'name' | 'bundle'

type Condition<Table extends 'search_object' | 'search_count'> = (
  where: ExpressionBuilder<Schema, Table>,
) => Expression<SqlBool>

/** The condition of objects that match, of these clusters where a page is read. */
export async function matching(
  queries: Queries,
  dialect: DialectName,
  question: SearchQuestion,
  scope: SearchScope,
  shown?: readonly string[],
): Promise<Condition<'search_object'>> {
  const words = indexedWords(question)
  const isBounded = words.length > 0 && shown !== undefined
  const numbers = isBounded ? [...(await knownNumbers(queries, shown)).values()] : []
  // Words tell groups too.
  const { clusters } = question
  const columns =
    words.length === 0 ? question : { ...nothing, ...(clusters === undefined ? {} : { clusters }) }
  return (where) =>
    where.and([
      // Both tables have the columns that groups are told apart by.
      matchingGroups(columns, { ...scope, clusters: shown ?? scope.clusters })(where as never),
      ...(question.names === undefined ? [] : [among(where, 'name', question.names)]),
      ...question.numbers.map(({ field, comparison, value }) => where(field, comparison, value)),
      ...(words.length === 0 ? [] : [where('id', 'in', idsWith(dialect, words, numbers))]),
    ])
}

/** The question that asks nothing, and so finds everything. */
export const nothing: SearchQuestion = {
  labels: [],
  images: [],
  owners: [],
  numbers: [],
  words: [],
  problems: [],
}

/** The words that the index of words is asked for: those of the question with its groups, or none at all without any. */
export function indexedWords(question: SearchQuestion): SoughtWord[] {
  const words = soughtWords(question)
  return words.length === 0 ? [] : [...words, ...soughtGroups(question)]
}

/** The condition of the groups of objects that a question is about. */
export function matchingGroups(question: SearchQuestion, scope: SearchScope): Condition<'search_count'> {
  const columns = [
    ['cluster', scope.clusters],
    ['cluster', question.clusters],
    ['kind', question.kinds],
    ['api_group', question.groups],
    ['namespace', question.namespaces],
    ['bundle', question.bundles],
  ] as const
  return (where) =>
    where.and([
      ...columns.flatMap(([column, values]) => (values === undefined ? [] : [among(where, column, values)])),
      ...(scope.within === undefined
        ? []
        : [withinAny(scope.within, 'namespace')(where as unknown as ExpressionBuilder<Schema, 'drift'>)]),
    ])
}

function among<Table extends 'search_object' | 'search_count'>(
  where: ExpressionBuilder<Schema, Table>,
  column: string,
  values: readonly string[],
): Expression<SqlBool> {
  return values.length === 0 ? noRow : where(sql.ref<string>(column), 'in', [...values])
}

/** True when a question asks of objects nothing but what they are counted by, so that none has to be looked at. */
export function isAboutGroups(question: SearchQuestion): boolean {
  return question.names === undefined && question.numbers.length === 0 && soughtWords(question).length === 0
}

/** True when nothing but words and groups decides. */
export function isByWordsAlone(question: SearchQuestion, { within }: SearchScope): boolean {
  return within === undefined && question.names === undefined && question.numbers.length === 0
}

/** The numbers of the objects that have the words, of the clusters of these numbers where any are given. */
export function idsWith(
  dialect: DialectName,
  words: readonly SoughtWord[],
  clusters: readonly number[] = [],
): RawBuilder<number> {
  const isSqlite = dialect === 'sqlite'
  const id = sql.ref<number>(isSqlite ? 'rowid' : 'id')
  const has = isSqlite
    ? sql`search_words match ${matchOf(words)}`
    : sql`words @@ ${tsqueryOf(words)}::tsquery`
  if (clusters.length === 0) return sql<number>`(select ${id} as id from search_words where ${has})`
  // The range bounds what is gone through, and the list leaves out the clusters that lie between.
  const first = integer(rangeOf(Math.min(...clusters)).first)
  const last = integer(rangeOf(Math.max(...clusters)).last)
  return sql<number>`(select ${id} as id from search_words where ${has}
    and ${id} between ${first} and ${last} and ${id} >> ${sql.lit(objectBits)} in (${sql.join(clusters)}))`
}

/** As SQLite's full-text index is asked. Words hold nothing that would have to be escaped. */
function matchOf(words: readonly SoughtWord[]): string {
  return words
    .map((word) => {
      if ('anyOf' in word) return `(${word.anyOf.map((one) => `"${one}"`).join(' OR ')})`
      return `${word.where === undefined ? '' : `${word.where} : `}"${word.begins}"*`
    })
    .join(' AND ')
}

function tsqueryOf(words: readonly SoughtWord[]): string {
  return words
    .map((word) => {
      const any =
        'anyOf' in word
          ? word.anyOf.map((one) => `'${one}'`)
          : (word.where === undefined ? places : [word.where]).map(
              (where) => `'${inPlace(where, word.begins)}':*`,
            )
      return `(${any.join(' | ')})`
    })
    .join(' & ')
}
