import { type FSWatcher, watch } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { reasonOf } from '../../core/failure.ts'
import type { Clock, Log } from '../../runtime/index.ts'
import type { AuditFeed } from './audit-feed.ts'
import { LineReader } from './line-reader.ts'

/** Longest line that is read. At RequestResponse level a line holds two objects of up to 3 MiB each. */
const longestLine = 16 << 20
const chunk = 256 << 10

export interface TailOptions {
  readonly feed: AuditFeed
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds between looks; a change that the system tells of is seen at once. */
  readonly pollMs?: number
}

/** A log that is being followed. */
export interface Tail {
  /** Resolves when the file has been opened, or was found to be missing. */
  readonly started: Promise<void>
  stop(): Promise<void>
}

/**
 * Follows an audit log that an API server writes (one JSON event a line), from its end on: what happened before was
 * either seen already or belongs to nobody that waits for it. Follows rotation by renaming and by truncation,
 * finishing the old file first; waits for a file that is not there.
 */
export function tailAuditLog(file: string, options: TailOptions): Tail {
  const follower = new Follower(file, options)
  return { started: follower.start(), stop: () => follower.stop() }
}

class Follower {
  readonly #file: string
  readonly #options: TailOptions
  readonly #lines: LineReader
  readonly #buffer = Buffer.alloc(chunk)
  readonly #stop = new AbortController()
  #handle: FileHandle | undefined
  #inode = 0
  #offset = 0
  #watcher: FSWatcher | undefined
  #life: Promise<void> | undefined
  #wake: AbortController | undefined
  #hinted = false
  #complained = false

  constructor(file: string, options: TailOptions) {
    this.#file = file
    this.#options = options
    this.#lines = new LineReader(longestLine, (line) => this.#take(line))
  }

  async start(): Promise<void> {
    await this.#open('end').catch((error: unknown) => this.#complain(error))
    this.#life = this.#live()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#wake?.abort()
    this.#watcher?.close()
    await this.#life
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #live(): Promise<void> {
    const { clock, pollMs = 1_000 } = this.#options
    while (!this.#stop.signal.aborted) {
      this.#hinted = false
      try {
        this.#watchFolder()
        await this.#look()
        this.#complained = false
      } catch (error) {
        this.#complain(error)
      }
      // A hint that came while we looked may be about bytes that we did not see.
      if (this.#hinted) continue
      this.#wake = new AbortController()
      if (!this.#stop.signal.aborted) await clock.sleep(pollMs, this.#wake.signal)
    }
  }

  async #look(): Promise<void> {
    if (this.#handle === undefined) await this.#open('start')
    await this.#readOn()
    const { ino, size } = await stat(this.#file)
    if (ino === this.#inode && size >= this.#offset) return
    if (ino !== this.#inode) {
      // The old file may have grown between our last read and its renaming.
      await this.#readOn()
      await this.#handle?.close()
      this.#handle = undefined
      await this.#open('start')
    }
    this.#lines.reset()
    this.#offset = 0
    await this.#readOn()
  }

  async #open(at: 'start' | 'end'): Promise<void> {
    const handle = await open(this.#file, 'r')
    const { ino, size } = await handle.stat()
    this.#handle = handle
    this.#inode = ino
    this.#offset = at === 'end' ? size : 0
  }

  async #readOn(): Promise<void> {
    while (this.#handle !== undefined && !this.#stop.signal.aborted) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, chunk, this.#offset)
      if (bytesRead === 0) return
      this.#offset += bytesRead
      this.#lines.push(this.#buffer.subarray(0, bytesRead))
    }
  }

  #take(line: Buffer): void {
    if (!mayBeWrite(line)) return
    let event: unknown
    try {
      event = JSON.parse(line.toString('utf8'))
    } catch {
      return
    }
    this.#options.feed.take(event)
  }

  /** The folder is watched and not the file, because rotation replaces the file. */
  #watchFolder(): void {
    if (this.#watcher !== undefined) return
    const name = basename(this.#file)
    try {
      this.#watcher = watch(dirname(this.#file), (_, changed) => {
        if (changed !== null && changed !== name) return
        this.#hinted = true
        this.#wake?.abort()
      })
      this.#watcher.on('error', () => {
        this.#watcher?.close()
        this.#watcher = undefined
      })
    } catch {
      // Without a watcher the looks at an interval do.
      this.#watcher = undefined
    }
  }

  #complain(error: unknown): void {
    if (this.#complained) return
    this.#complained = true
    this.#options.log.warn('audit log cannot be read', { file: this.#file, reason: reasonOf(error) })
  }
}

const verb = Buffer.from('"verb":"')
const writes = ['create', 'update', 'patch', 'delete']

/** False for a line that is certainly a read: most of them are, and parsing is what costs. */
function mayBeWrite(line: Buffer): boolean {
  const at = line.indexOf(verb)
  if (at < 0) return true
  const word = line.toString('latin1', at + verb.length, at + verb.length + 6)
  return writes.some((write) => word.startsWith(write))
}
