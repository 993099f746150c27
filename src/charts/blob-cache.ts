import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../core/failure.ts'
import type { Clock, Log } from '../runtime/index.ts'

/** The digest of bytes, as registries write it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** True for a digest that we can check. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}

/**
 * Bytes by their digest, in a folder that one process uses. What is read is what was named, or nothing: a file that
 * was changed or cut is removed. Files appear by a rename, so one that a killed process left half-written is never
 * read, and is gone at the next start. Nothing depends on it: a disk that is full costs a fetch, not a chart.
 */
export class BlobCache {
  readonly #folder: string
  readonly #most: number
  readonly #clock: Clock
  readonly #log: Log | undefined
  #isOpen = false
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string, mostBytes: number, clock: Clock, log?: Log) {
    this.#folder = folder
    this.#most = mostBytes
    this.#clock = clock
    this.#log = log
  }

  /** The bytes with this digest; undefined where they are not kept. */
  async get(digest: string): Promise<Buffer | undefined> {
    if (!isDigest(digest)) return undefined
    const file = this.#fileOf(digest)
    const bytes = await readFile(file).catch(() => undefined)
    if (bytes === undefined) return undefined
    if (digestOf(bytes) !== digest) {
      await rm(file, { force: true })
      return undefined
    }
    const now = this.#clock.now() / 1000
    await utimes(file, now, now).catch(() => undefined)
    return bytes
  }

  /** Keeps bytes, and lets go of what was used least lately where there is too much. Never fails. */
  put(bytes: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(() =>
      this.#write(bytes).catch((error: unknown) =>
        this.#log?.warn('a chart could not be kept', { reason: reasonOf(error) }),
      ),
    )
    return this.#writing
  }

  /** Resolves when what was being written is. */
  settled(): Promise<void> {
    return this.#writing
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen) await this.#open()
    this.#isOpen = true
    const target = this.#fileOf(digestOf(bytes))
    // What is there was written whole, and what was changed since is found when it is read.
    if (bytes.byteLength > this.#most || existsSync(target)) return
    const made = join(this.#folder, 'new', randomUUID())
    try {
      const file = await open(made, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(made, target)
      const now = this.#clock.now() / 1000
      await utimes(target, now, now)
    } finally {
      await rm(made, { force: true })
    }
    await this.#shrink()
  }

  /** Makes the folders, without what an earlier process was writing when it ended. */
  async #open(): Promise<void> {
    await rm(join(this.#folder, 'new'), { recursive: true, force: true })
    await mkdir(join(this.#folder, 'new'), { recursive: true, mode: 0o700 })
    await mkdir(join(this.#folder, 'sha256'), { recursive: true, mode: 0o700 })
  }

  async #shrink(): Promise<void> {
    const names = await readdir(join(this.#folder, 'sha256'))
    const kept = await Promise.all(
      names.map(async (name) => {
        const file = join(this.#folder, 'sha256', name)
        const { size, mtimeMs } = await stat(file)
        return { file, size, mtimeMs }
      }),
    )
    let total = kept.reduce((sum, { size }) => sum + size, 0)
    for (const { file, size } of kept.toSorted((one, two) => one.mtimeMs - two.mtimeMs)) {
      if (total <= this.#most) return
      await rm(file, { force: true })
      total -= size
    }
  }

  #fileOf(digest: string): string {
    return join(this.#folder, 'sha256', digest.slice('sha256:'.length))
  }
}
