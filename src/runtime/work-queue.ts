import type { Clock, Timer } from './clock.ts'

export interface WorkQueueOptions {
  readonly clock: Clock
  /** How many keys are worked on at a time. */
  readonly concurrency: number
  /** Works on one key. The same key never runs twice at a time. */
  readonly run: (key: string) => Promise<void>
  /** Called with whatever `run` throws; the key is not worked on again by itself. */
  readonly onError: (key: string, error: unknown) => void
}

/**
 * Keys that want to be worked on. Adding a key that already waits does nothing, or moves it nearer when it
 * waited for a later time; adding one that is being worked on makes it run once more. So a thousand hints
 * about one thing cost one pass, and a hint that comes during a pass is never lost.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #ready = new Set<string>()
  readonly #running = new Set<string>()
  readonly #again = new Set<string>()
  readonly #delayed = new Map<string, { readonly at: number; readonly timer: Timer }>()
  #stopped = false
  #idle: (() => void)[] = []

  constructor(options: WorkQueueOptions) {
    this.#options = options
  }

  /** Asks for `key` to be worked on, at the earliest after `delayMs`. After `stop` it does nothing. */
  add(key: string, delayMs = 0): void {
    if (this.#stopped || this.#ready.has(key)) return
    const waiting = this.#delayed.get(key)
    if (delayMs > 0) {
      const { clock } = this.#options
      const at = clock.now() + delayMs
      if (waiting !== undefined && waiting.at <= at) return
      waiting?.timer.cancel()
      this.#delayed.set(key, { at, timer: clock.setTimeout(() => this.#due(key), delayMs) })
      return
    }
    waiting?.timer.cancel()
    this.#due(key)
  }

  /** Resolves when nothing runs and nothing is ready; keys that wait for their time do not count. */
  idle(): Promise<void> {
    if (this.#running.size === 0 && this.#ready.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle.push(resolve)
    })
  }

  /** Takes nothing more, forgets what waits, and resolves when what runs has ended. */
  stop(): Promise<void> {
    this.#stopped = true
    for (const { timer } of this.#delayed.values()) timer.cancel()
    this.#delayed.clear()
    this.#ready.clear()
    this.#again.clear()
    return this.idle()
  }

  #due(key: string): void {
    this.#delayed.delete(key)
    if (this.#running.has(key)) this.#again.add(key)
    else this.#ready.add(key)
    this.#fill()
  }

  #fill(): void {
    for (const key of this.#ready) {
      if (this.#running.size >= this.#options.concurrency) return
      this.#ready.delete(key)
      this.#running.add(key)
      void this.#work(key)
    }
  }

  async #work(key: string): Promise<void> {
    try {
      await this.#options.run(key)
    } catch (error) {
      this.#options.onError(key, error)
    }
    this.#running.delete(key)
    if (this.#again.delete(key)) this.#ready.add(key)
    this.#fill()
    if (this.#running.size > 0 || this.#ready.size > 0) return
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}
