import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'

/** What a code may be good for; a code of one purpose is nothing for another. */
export type OneTimePurpose = 'sign-in-link' | 'openid'

/** Codes that are good once and for a short time, by their keyed hash, each with what it stands for, encrypted. */
export class OneTimeTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'tokenHash' | 'content'>

  constructor(database: Database, keys: Pick<HubKeys, 'tokenHash' | 'content'>) {
    this.#database = database
    this.#keys = keys
  }

  async save(purpose: OneTimePurpose, code: string, value: object, expiresAt: string): Promise<void> {
    const hash = this.#keys.tokenHash(code)
    const body = this.#keys.content.seal(Buffer.from(toText(value)), `${purpose} ${hash}`)
    await this.#database.write((queries) =>
      queries.insertInto('one_time').values({ hash, purpose, expires_at: expiresAt, body }).execute(),
    )
  }

  /** What the code stands for, once: undefined the second time, and when it is over. */
  async take<Value extends object>(
    purpose: OneTimePurpose,
    code: string,
    now: string,
  ): Promise<Value | undefined> {
    const hash = this.#keys.tokenHash(code)
    const row = await this.#database.write((queries) =>
      queries
        .deleteFrom('one_time')
        .where('hash', '=', hash)
        .where('purpose', '=', purpose)
        .returning(['expires_at', 'body'])
        .executeTakeFirst(),
    )
    if (row === undefined || row.expires_at < now) return undefined
    return fromText<Value>(this.#keys.content.open(row.body, `${purpose} ${hash}`).toString('utf8'))
  }

  async forget(now: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.deleteFrom('one_time').where('expires_at', '<', now).execute(),
    )
  }
}
