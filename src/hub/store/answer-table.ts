import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'

/** A whole answer to a write, so that it can be given again. */
export interface KeptAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What is known of a key that a caller gave a write. */
export type KnownKey =
  /** Nothing was: it is this request's now. */
  | { readonly kind: 'claimed' }
  /** The same or another request was begun under it, here or by another replica, and has no answer yet. */
  | { readonly kind: 'begun'; readonly fingerprint: string }
  | { readonly kind: 'answered'; readonly fingerprint: string; readonly answer: KeptAnswer }

/** Answers to writes by caller and key, encrypted: a write that is sent twice is done once, over restarts too. */
export class AnswerTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'content'>

  constructor(database: Database, keys: Pick<HubKeys, 'content'>) {
    this.#database = database
    this.#keys = keys
  }

  /** Claims a key for a request, unless it is known already. */
  async claim(caller: string, key: string, fingerprint: string, at: string): Promise<KnownKey> {
    const row = await this.#database.write(async (queries) => {
      const done = await queries
        .insertInto('kept_answer')
        .values({ caller, key, fingerprint, at, body: null })
        .onConflict((conflict) => conflict.columns(['caller', 'key']).doNothing())
        .executeTakeFirst()
      if ((done.numInsertedOrUpdatedRows ?? 0n) > 0n) return undefined
      return queries
        .selectFrom('kept_answer')
        .select(['fingerprint', 'body'])
        .where('caller', '=', caller)
        .where('key', '=', key)
        .executeTakeFirst()
    })
    if (row === undefined) return { kind: 'claimed' }
    if (row.body === null) return { kind: 'begun', fingerprint: row.fingerprint }
    const text = this.#keys.content.open(row.body, nameOf(caller, key)).toString('utf8')
    return { kind: 'answered', fingerprint: row.fingerprint, answer: fromText<KeptAnswer>(text) }
  }

  async keep(caller: string, key: string, answer: KeptAnswer): Promise<void> {
    const body = this.#keys.content.seal(Buffer.from(toText(answer)), nameOf(caller, key))
    await this.#database.write((queries) =>
      queries
        .updateTable('kept_answer')
        .set({ body })
        .where('caller', '=', caller)
        .where('key', '=', key)
        .execute(),
    )
  }

  /** Lets a key be used again, because what it was used for did not happen. */
  async release(caller: string, key: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.deleteFrom('kept_answer').where('caller', '=', caller).where('key', '=', key).execute(),
    )
  }

  async forget(before: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.deleteFrom('kept_answer').where('at', '<', before).execute(),
    )
  }
}

function nameOf(caller: string, key: string): string {
  return `answer ${toText([caller, key])}`
}
