import type { Kysely } from 'kysely'

export type DialectName = 'sqlite' | 'postgres'

/** One step of the schema, forward only. Its number is its place; a step that was released never changes. */
export interface Migration {
  readonly number: number
  readonly name: string
  up(database: Kysely<unknown>, dialect: DialectName): Promise<void>
}
