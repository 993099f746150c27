import { type RawBuilder, sql } from 'kysely'

/** One page of a list that shows the newest first. */
export interface NewestPage<Row> {
  readonly shown: readonly Row[]
  /** Where the next page begins; left out on the last one. */
  readonly next?: string
}

/** Whether a row comes after `cursor` where rows are ordered by `column` descending, then by `id`; always without a cursor. */
export function isAfter(column: string, cursor: string | undefined): RawBuilder<boolean> {
  if (cursor === undefined) return sql<boolean>`1 = 1`
  const [at = '', id = ''] = cursor.split('|')
  return sql<boolean>`(${sql.ref(column)} < ${at} or (${sql.ref(column)} = ${at} and ${sql.ref('id')} > ${id}))`
}

/** The page of `rows`, of which one more than `limit` was asked for. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  limit: number,
  timeOf: (row: Row) => string,
): NewestPage<Row> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  if (rows.length <= limit || last === undefined) return { shown }
  return { shown, next: `${timeOf(last)}|${last.id}` }
}
