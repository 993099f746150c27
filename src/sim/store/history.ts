import { sizeOf } from './shapes.ts'
import type { StoredObject } from './stored-object.ts'

/** One change: what was there before, and what is there since; without `object` it is gone. */
export interface Change {
  readonly revision: number
  /** Under which the object is stored: `apps/deployments`. */
  readonly resource: string
  readonly key: string
  readonly object: StoredObject | undefined
  readonly previous: StoredObject | undefined
}

const changeBytes = 160

/** The latest changes of a cluster, as many as fit into a number of bytes. Older revisions are forgotten. */
export class History {
  readonly #most: number
  #changes: Change[] = []
  #sizes: number[] = []
  /** Where the kept changes begin; those before it are cut off now and then. */
  #head = 0
  #bytes = 0
  #floor: number

  constructor(mostBytes: number, revision: number) {
    this.#most = mostBytes
    this.#floor = revision
  }

  /** The oldest revision that can still be told: every change after it is kept. */
  get floor(): number {
    return this.#floor
  }

  add(change: Change): void {
    const size = changeBytes + sizeOf((change.object ?? change.previous)?.shape ?? null)
    this.#changes.push(change)
    this.#sizes.push(size)
    this.#bytes += size
    while (this.#bytes > this.#most && this.#head < this.#changes.length) this.#drop()
    if (this.#head > 1_000 && this.#head * 2 > this.#changes.length) this.#cut()
  }

  /** The changes after a revision that is not below the floor, oldest first. */
  *since(revision: number): Generator<Change> {
    for (let i = this.#after(revision); i < this.#changes.length; i += 1) yield this.#changes[i] as Change
  }

  /** Forgets every change up to a revision, as a compaction of etcd does. */
  compact(revision: number): void {
    while (this.#head < this.#changes.length && (this.#changes[this.#head]?.revision ?? 0) <= revision)
      this.#drop()
    this.#floor = Math.max(this.#floor, revision)
    this.#cut()
  }

  #drop(): void {
    this.#floor = this.#changes[this.#head]?.revision ?? this.#floor
    this.#bytes -= this.#sizes[this.#head] ?? 0
    this.#head += 1
  }

  #cut(): void {
    this.#changes = this.#changes.slice(this.#head)
    this.#sizes = this.#sizes.slice(this.#head)
    this.#head = 0
  }

  #after(revision: number): number {
    let low = this.#head
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}
