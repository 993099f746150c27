import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'
import type { Queries, Schema } from './schema.ts'

/** Somebody whom the hub knows by name. */
export interface Person {
  /** Never empty. */
  readonly name: string
  readonly groups: readonly string[]
  /** True for the user that the hub runs as: it may do everything. */
  readonly local: boolean
}

/** A browser that is signed in. */
export interface StoredSession {
  readonly id: string
  readonly person: Person
  readonly via: 'link' | 'openid'
  /** What the browser calls itself. */
  readonly agent: string
  readonly createdAt: string
  readonly seenAt: string
  readonly expiresAt: string
}

type Body = Pick<StoredSession, 'person' | 'via' | 'agent'>

/** Sessions by the keyed hash of their secret; the secret itself is in the browser alone. */
export class SessionTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'tokenHash'>

  constructor(database: Database, keys: Pick<HubKeys, 'tokenHash'>) {
    this.#database = database
    this.#keys = keys
  }

  async begin(secret: string, session: StoredSession): Promise<void> {
    const { id, person, via, agent, createdAt, seenAt, expiresAt } = session
    const body: Body = { person, via, agent }
    await this.#database.write((queries) =>
      queries
        .insertInto('session')
        .values({
          id,
          hash: this.#keys.tokenHash(secret),
          name: person.name,
          created_at: createdAt,
          seen_at: seenAt,
          expires_at: expiresAt,
          body: toText(body),
        })
        .execute(),
    )
  }

  /** The session of a secret, whether it is over or not; undefined when there is none. */
  async find(secret: string): Promise<StoredSession | undefined> {
    const row = await this.#database.read((queries) =>
      queries
        .selectFrom('session')
        .selectAll()
        .where('hash', '=', this.#keys.tokenHash(secret))
        .executeTakeFirst(),
    )
    return row === undefined ? undefined : sessionOf(row)
  }

  async seen(id: string, at: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.updateTable('session').set({ seen_at: at }).where('id', '=', id).execute(),
    )
  }

  /** Those of a person, or of all; the one that was seen last comes first. */
  async list(name?: string): Promise<StoredSession[]> {
    const rows = await this.#database.read((queries) => {
      const all = queries.selectFrom('session').selectAll().orderBy('seen_at', 'desc').orderBy('id')
      return (name === undefined ? all : all.where('name', '=', name)).limit(1000).execute()
    })
    return rows.map(sessionOf)
  }

  /** Ends a session, with `name` only one of that person. False when there is none. */
  async end(id: string, name?: string): Promise<boolean> {
    return this.#database.write(async (queries) => {
      const found = await matching(queries, id, name)
      if (!found) return false
      await queries.deleteFrom('session').where('id', '=', id).execute()
      return true
    })
  }

  /** Forgets the sessions that are over. */
  async forget(before: { readonly expires: string; readonly seen: string }): Promise<void> {
    await this.#database.write((queries) =>
      queries
        .deleteFrom('session')
        .where((either) =>
          either.or([either('expires_at', '<', before.expires), either('seen_at', '<', before.seen)]),
        )
        .execute(),
    )
  }
}

async function matching(queries: Queries, id: string, name: string | undefined): Promise<boolean> {
  const all = queries.selectFrom('session').select('id').where('id', '=', id)
  return (await (name === undefined ? all : all.where('name', '=', name)).executeTakeFirst()) !== undefined
}

function sessionOf(row: Schema['session']): StoredSession {
  return {
    id: row.id,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    ...fromText<Body>(row.body),
  }
}
