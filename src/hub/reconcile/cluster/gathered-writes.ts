import { type Clock, WorkQueue } from '../../../runtime/index.ts'

const retryMs = 5_000
/** Beyond so many that wait for the store the oldest are forgotten; what has a name is bounded by its names. */
const mostWaiting = 200_000

export interface GatheredWritesOptions<Item> {
  readonly clock: Clock
  /** What an item is about: of those with the same name only the newest is written. All are, without it. */
  readonly nameOf?: (item: Item) => string
  /** What is written before all else that waits, however much that is. */
  readonly isUrgent?: (item: Item) => boolean
  /** Items are gathered so long before they are written. */
  readonly gatherMs: number
  /** So many are written at once. */
  readonly largestBatch: number
  /** Writes items, the urgent ones first and else in the order of their names' first one; all of them or none. */
  readonly save: (items: readonly Item[]) => Promise<void>
  /** Called with what `save` throws; the items are written later, before those that came since. */
  readonly onError: (error: unknown) => void
}

/** What is told in small pieces, and written in large ones. Nothing waits for it. */
export class GatheredWrites<Item> {
  readonly #options: GatheredWritesOptions<Item>
  readonly #queue: WorkQueue
  readonly #urgent: Waiting<Item> = new Map()
  /** All else; a name waits in one of the two. */
  readonly #waiting: Waiting<Item> = new Map()
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
    this.#put(nameOf?.(item) ?? this.#added, item)
    if (nameOf === undefined && this.#waiting.size > mostWaiting) this.#take(largestBatch)
    this.#queue.add('write', gatherMs)
  }

  /** Whether something of this name waits to be written. */
  has(name: string): boolean {
    return this.#waiting.has(name) || this.#urgent.has(name)
  }

  /** Writes what waits, once, and takes nothing more. */
  async stop(): Promise<void> {
    await this.#queue.stop()
    await this.#write().catch(() => undefined)
  }

  #put(name: string | number, item: Item): void {
    const isUrgent = this.#options.isUrgent?.(item) === true
    const [lane, other] = isUrgent ? [this.#urgent, this.#waiting] : [this.#waiting, this.#urgent]
    other.delete(name)
    lane.set(name, item)
  }

  async #write(): Promise<void> {
    const { largestBatch, save } = this.#options
    while (this.#waiting.size + this.#urgent.size > 0) {
      const batch = this.#take(largestBatch)
      try {
        await save([...batch.values()])
      } catch (error) {
        const since = [...this.#urgent, ...this.#waiting]
        this.#urgent.clear()
        this.#waiting.clear()
        for (const [name, item] of [...batch, ...since]) this.#put(name, item)
        throw error
      }
    }
  }

  /** Takes out the oldest, of what is urgent first. */
  #take(most: number): Waiting<Item> {
    const batch: Waiting<Item> = new Map()
    for (const lane of [this.#urgent, this.#waiting]) {
      for (const [name, item] of lane) {
        if (batch.size >= most) return batch
        batch.set(name, item)
        lane.delete(name)
      }
    }
    return batch
  }
}

/** By the name, in the order in which they came. */
type Waiting<Item> = Map<string | number, Item>
