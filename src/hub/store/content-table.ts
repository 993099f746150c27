import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { ContentCipher } from '../keys/index.ts'
import type { Database } from './database.ts'
import { runsOf } from './json-text.ts'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Largest text that is unpacked again: a rendering that was accepted is smaller by far. */
const mostBytes = 512 << 20

/**
 * Texts by name, packed and encrypted: renderings and the fleet in force. A name stands for one text for ever, so
 * saving a known name writes nothing.
 */
export class ContentTable {
  readonly #database: Database
  readonly #cipher: ContentCipher
  readonly #now: () => string

  constructor(database: Database, cipher: ContentCipher, now: () => string) {
    this.#database = database
    this.#cipher = cipher
    this.#now = now
  }

  /** Resolves when the text is durable under its name. */
  async save(name: string, text: string): Promise<void> {
    const known = await this.#database.read((queries) =>
      queries.selectFrom('content').select('name').where('name', '=', name).executeTakeFirst(),
    )
    const now = this.#now()
    if (known !== undefined) {
      await this.#database.write((queries) =>
        queries.updateTable('content').set({ used_at: now }).where('name', '=', name).execute(),
      )
      return
    }
    const body = this.#cipher.seal(await pack(text, { level: 3 }), name)
    const row = { name, body, bytes: Buffer.byteLength(text), saved_at: now, used_at: now }
    await this.#database.write((queries) =>
      queries
        .insertInto('content')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ used_at: now }))
        .execute(),
    )
  }

  /** The text, or undefined where the name is not known. Throws `unreadable-content`. */
  async load(name: string): Promise<string | undefined> {
    const row = await this.#database.read((queries) =>
      queries.selectFrom('content').select('body').where('name', '=', name).executeTakeFirst(),
    )
    if (row === undefined) return undefined
    const plain = await unpack(this.#cipher.open(row.body, name), { maxOutputLength: mostBytes })
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
