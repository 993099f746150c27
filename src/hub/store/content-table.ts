import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Clock } from '../../runtime/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { Database } from './database.ts'
import { runsOf } from './json-text.ts'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Largest text that is unpacked again: a rendering that was accepted is smaller by far. */
const mostBytes = 512 << 20

/** How old the note of the last use may be: keeping content needs no more, and an idle fleet writes nothing. */
const useNoteMs = 3_600_000

/** Texts by name, packed and encrypted: renderings and the fleet in force. */
export class ContentTable {
  readonly #database: Database
  readonly #keys: Pick<HubKeys, 'content' | 'hash'>
  readonly #clock: Clock

  constructor(database: Database, keys: Pick<HubKeys, 'content' | 'hash'>, clock: Clock) {
    this.#database = database
    this.#keys = keys
    this.#clock = clock
  }

  /** Resolves when the text is durable under its name. A text that is there already is not written again. */
  async save(name: string, text: string): Promise<void> {
    const digest = this.#keys.hash.hash128(text)
    const now = this.#clock.now()
    const used = new Date(now).toISOString()
    const known = await this.#database.read((queries) =>
      queries.selectFrom('content').select(['digest', 'used_at']).where('name', '=', name).executeTakeFirst(),
    )
    if (known?.digest === digest) {
      if (now - Date.parse(known.used_at) < useNoteMs) return
      await this.#database.write((queries) =>
        queries.updateTable('content').set({ used_at: used }).where('name', '=', name).execute(),
      )
      return
    }
    const body = this.#keys.content.seal(await pack(text, { level: 3 }), name)
    const row = { digest, body, bytes: Buffer.byteLength(text), used_at: used }
    await this.#database.write((queries) =>
      queries
        .insertInto('content')
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute(),
    )
  }

  /** The text, or undefined where the name is not known. Throws `unreadable-content`. */
  async load(name: string): Promise<string | undefined> {
    const row = await this.#database.read((queries) =>
      queries.selectFrom('content').select('body').where('name', '=', name).executeTakeFirst(),
    )
    if (row === undefined) return undefined
    const plain = await unpack(this.#keys.content.open(row.body, name), { maxOutputLength: mostBytes })
    return plain.toString('utf8')
  }

  /** Forgets what was last saved before `time` and is not among `kept`. Answers how many texts went. */
  async forget(time: string, kept: ReadonlySet<string>): Promise<number> {
    const old = await this.#database.read((queries) =>
      queries.selectFrom('content').select('name').where('used_at', '<', time).execute(),
    )
    const names = old.map((row) => row.name).filter((name) => !kept.has(name))
    for (const run of runsOf(names, 500)) {
      await this.#database.write((queries) =>
        queries.deleteFrom('content').where('name', 'in', run).where('used_at', '<', time).execute(),
      )
    }
    return names.length
  }
}
