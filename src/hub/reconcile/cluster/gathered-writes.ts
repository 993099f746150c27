import { type Clock, WorkQueue } from '../../../runtime/index.ts'

const retryMs = 5_000
/** Beyond so many that wait for the store the oldest are forgotten; what has a name is bounded by its names. */
const mostWaiting = 200_000

export interface GatheredWritesOptions<Item> {
  readonly clock: Clock
  /** What an item is about: of those with the same name only the newest is written. All are, without it. */
  readonly nameOf?: (item: Item) => string
  /** Items are gathered so long before they are written. */
  readonly gatherMs: number
  /** So many are written at once. */
  readonly largestBatch: number
  /** Writes items in the order of their names' first one, all of them or none. */
  readonly save: (items: readonly Item[]) => Promise<void>
  /** Called with what `save` throws; the items are written later, before those that came since. */
  readonly onError: (error: unknown) => void
}

/** What is told in small pieces, and written in large ones. Nothing waits for it. */
export class GatheredWrites<Item> {
  readonly #options: GatheredWritesOptions<Item>
  readonly #queue: WorkQueue
  readonly #waiting = new Map<string | number, Item>()
  #added = 0

  constructor(options: GatheredWritesOptions<Item>) {
    this.#options = options
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: 1,
      run: () => this.#write(),
      onError: (key, error) => {
        options.onError(error)
        this.#queue.add(key, retryMs)
      },
    })
  }

  add(item: Item): void {
    const { nameOf, gatherMs, largestBatch } = this.#options
    this.#added += 1
    this.#waiting.set(nameOf?.(item) ?? this.#added, item)
    if (nameOf === undefined && this.#waiting.size > mostWaiting) this.#take(largestBatch)
    this.#queue.add('write', gatherMs)
  }

  /** Whether something of this name waits to be written. */
  has(name: string): boolean {
    return this.#waiting.has(name)
  }

  /** Writes what waits, once, and takes nothing more. */
  async stop(): Promise<void> {
    await this.#queue.stop()
    await this.#write().catch(() => undefined)
  }

  async #write(): Promise<void> {
    const { largestBatch, save } = this.#options
    while (this.#waiting.size > 0) {
      const batch = this.#take(largestBatch)
      try {
        await save([...batch.values()])
      } catch (error) {
        const since = [...this.#waiting]
        this.#waiting.clear()
        for (const [name, item] of [...batch, ...since]) this.#waiting.set(name, item)
        throw error
      }
    }
  }

  /** Takes out the oldest. */
  #take(most: number): Map<string | number, Item> {
    const batch = new Map<string | number, Item>()
    for (const [name, item] of this.#waiting) {
      if (batch.size >= most) break
      batch.set(name, item)
      this.#waiting.delete(name)
    }
    return batch
  }
}
