import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'

/** Whom a token stands for. */
export interface TokenOwner {
  readonly name: string
  readonly privileges: readonly string[]
}

/** Tokens by their keyed hash; the tokens themselves are never kept. They are taken back by what they are for. */
export class TokenTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'tokenHash'>

  constructor(database: Database, keys: Pick<HubKeys, 'tokenHash'>) {
    this.#database = database
    this.#keys = keys
  }

  async save(purpose: string, token: string, owner: TokenOwner, now: string): Promise<void> {
    const row = { purpose, name: owner.name, privileges: toText([...owner.privileges]), created_at: now }
    await this.#database.write((queries) =>
      queries
        .insertInto('token')
        .values({ hash: this.#keys.tokenHash(token), ...row })
        .onConflict((conflict) => conflict.column('hash').doUpdateSet(row))
        .execute(),
    )
  }

  /** Whom the token stands for; undefined when it is not known. The look-up is by hash, so its time tells nothing. */
  async owner(token: string): Promise<TokenOwner | undefined> {
    const row = await this.#database.read((queries) =>
      queries
        .selectFrom('token')
        .select(['name', 'privileges'])
        .where('hash', '=', this.#keys.tokenHash(token))
        .executeTakeFirst(),
    )
    return row === undefined ? undefined : { name: row.name, privileges: fromText<string[]>(row.privileges) }
  }

  /** Forgets every token of a purpose: from now on they are refused. */
  async revoke(purpose: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.deleteFrom('token').where('purpose', '=', purpose).execute(),
    )
  }
}
