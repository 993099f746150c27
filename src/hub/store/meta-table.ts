import type { Queries } from './schema.ts'

/** Single facts about the whole installation. */
export type MetaKey =
  /** A text that only the secret key gives, to recognise a wrong one. */
  | 'key-check'
  /** The random id of this installation; another hub with the same name is not this one. */
  | 'installation'
  /** Which fleet is in force: the name of its content, its revision and when it was loaded. */
  | 'fleet'
  /** By bundle: where the clock of its templates stands, what random bytes they drew, what its charts depend on. */
  | 'renders'

export async function readMeta(queries: Queries, key: MetaKey): Promise<string | undefined> {
  const row = await queries.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst()
  return row?.value
}

export async function writeMeta(queries: Queries, key: MetaKey, value: string): Promise<void> {
  await queries
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}

/** Writes the value unless there is one, and answers the one that is there then. */
export async function claimMeta(queries: Queries, key: MetaKey, value: string): Promise<string> {
  await queries
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  return (await readMeta(queries, key)) ?? value
}
