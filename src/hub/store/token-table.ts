import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'
import type { Queries, Schema } from './schema.ts'
import type { Person } from './session-table.ts'

/** What a token may at most reach; absent lists do not restrict it. */
export interface TokenLimits {
  readonly clusters?: readonly string[]
  readonly environments?: readonly string[]
  readonly bundles?: readonly string[]
  readonly namespaces?: readonly string[]
}

/** A token that programs show, without its secret. */
export interface StoredToken {
  /** What it is for: `api`, or that of a local hub. Tokens are taken back by it. */
  readonly purpose: string
  readonly id: string
  /** What its owner calls it. */
  readonly label: string
  /** Whom it stands for. */
  readonly person: Person
  /** What it may at most do, whatever its person may. */
  readonly privileges: readonly string[]
  readonly limits: TokenLimits
  readonly createdAt: string
  /** Never over without it. */
  readonly expiresAt?: string
  readonly usedAt?: string
}

type Body = Pick<StoredToken, 'label' | 'person' | 'limits'>

/** Tokens by their keyed hash; the tokens themselves are never kept. */
export class TokenTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'tokenHash'>

  constructor(database: Database, keys: Pick<HubKeys, 'tokenHash'>) {
    this.#database = database
    this.#keys = keys
  }

  async save(secret: string, token: StoredToken): Promise<void> {
    const { label, person, limits } = token
    const body: Body = { label, person, limits }
    await this.#database.write((queries) =>
      queries
        .insertInto('token')
        .values({
          hash: this.#keys.tokenHash(secret),
          purpose: token.purpose,
          id: token.id,
          name: person.name,
          privileges: toText([...token.privileges]),
          created_at: token.createdAt,
          expires_at: token.expiresAt ?? null,
          used_at: token.usedAt ?? null,
          body: toText(body),
        })
        .execute(),
    )
  }

  /** The token of a secret, also when it is over; undefined when it is not known. The look-up is by hash, so its time
   * tells nothing. */
  async find(secret: string): Promise<StoredToken | undefined> {
    const row = await this.#database.read((queries) =>
      queries
        .selectFrom('token')
        .selectAll()
        .where('hash', '=', this.#keys.tokenHash(secret))
        .executeTakeFirst(),
    )
    return row === undefined ? undefined : tokenOf(row)
  }

  async used(id: string, at: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.updateTable('token').set({ used_at: at }).where('id', '=', id).execute(),
    )
  }

  /** Those of a purpose, of one person or of all, the newest first. */
  async list(purpose: string, name?: string): Promise<StoredToken[]> {
    const rows = await this.#database.read((queries) => {
      const all = queries.selectFrom('token').selectAll().where('purpose', '=', purpose)
      const wanted = name === undefined ? all : all.where('name', '=', name)
      return wanted.orderBy('created_at', 'desc').orderBy('id').limit(1000).execute()
    })
    return rows.flatMap((row) => tokenOf(row) ?? [])
  }

  /** Forgets one token; with `name` only one of that person. False when there is none. */
  async end(purpose: string, id: string, name?: string): Promise<boolean> {
    return this.#database.write(async (queries) => {
      if (!(await matching(queries, purpose, id, name))) return false
      await queries.deleteFrom('token').where('id', '=', id).where('purpose', '=', purpose).execute()
      return true
    })
  }

  /** Forgets every token of a purpose: from now on they are refused. */
  async revoke(purpose: string): Promise<void> {
    await this.#database.write((queries) =>
      queries.deleteFrom('token').where('purpose', '=', purpose).execute(),
    )
  }
}

async function matching(
  queries: Queries,
  purpose: string,
  id: string,
  name: string | undefined,
): Promise<boolean> {
  const all = queries.selectFrom('token').select('id').where('id', '=', id).where('purpose', '=', purpose)
  return (await (name === undefined ? all : all.where('name', '=', name)).executeTakeFirst()) !== undefined
}

/** Undefined for one that an earlier version wrote: it was for one run of a local hub, which is over. */
function tokenOf(row: Schema['token']): StoredToken | undefined {
  if (row.body === null || row.id === null) return undefined
  return {
    purpose: row.purpose,
    id: row.id,
    privileges: fromText<string[]>(row.privileges),
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.used_at === null ? {} : { usedAt: row.used_at }),
    ...fromText<Body>(row.body),
  }
}
