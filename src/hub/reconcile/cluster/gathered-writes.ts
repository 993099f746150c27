import { type Clock, WorkQueue } from '../../../runtime/index.ts'

const retryMs = 5_000
/** Beyond so many that wait for the store the oldest are forgotten. */
const mostWaiting = 200_000

export interface GatheredWritesOptions<Item> {
  readonly clock: Clock
  /** Items are gathered so long before they are written. */
  readonly gatherMs: number
  /** So many are written at once. */
  readonly largestBatch: number
  /** Writes items in their order, all of them or none. */
  readonly save: (items: readonly Item[]) => Promise<void>
  /** Called with what `save` throws; the items are written later, before those that came since. */
  readonly onError: (error: unknown) => void
}

/** What is told in small pieces, and written in large ones. Nothing waits for it. */
export class GatheredWrites<Item> {
  readonly #options: GatheredWritesOptions<Item>
  readonly #queue: WorkQueue
  readonly #waiting: Item[] = []

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
    this.#waiting.push(item)
    const { gatherMs, largestBatch } = this.#options
    if (this.#waiting.length > mostWaiting) this.#waiting.splice(0, largestBatch)
    this.#queue.add('write', gatherMs)
  }

  /** Writes what waits, once, and takes nothing more. */
  async stop(): Promise<void> {
    await this.#queue.stop()
    await this.#write().catch(() => undefined)
  }

  async #write(): Promise<void> {
    const { largestBatch, save } = this.#options
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, largestBatch)
      try {
        await save(batch)
      } catch (error) {
        this.#waiting.unshift(...batch)
        throw error
      }
    }
  }
}
