export interface BackoffOptions {
  /** The longest first wait. */
  readonly baseMs: number
  /** The longest wait of all. */
  readonly maxMs: number
  /** A number in [0, 1). */
  readonly random?: () => number
}

/**
 * Waits between attempts: exponential with full jitter, so that a thousand clients which lost the same
 * server do not come back in step. Each wait is drawn from [0, min(maxMs, baseMs * 2^n)).
 */
export class Backoff {
  readonly #base: number
  readonly #max: number
  readonly #random: () => number
  #attempts = 0

  constructor(options: BackoffOptions) {
    this.#base = options.baseMs
    this.#max = options.maxMs
    this.#random = options.random ?? Math.random
  }

  /** How many waits have been handed out since the last `reset`. */
  get attempts(): number {
    return this.#attempts
  }

  /** The next wait in milliseconds. */
  next(): number {
    const ceiling = Math.min(this.#max, this.#base * 2 ** Math.min(this.#attempts, 30))
    this.#attempts += 1
    return Math.floor(this.#random() * ceiling)
  }

  /** Starts over; call it once something has worked for a while, not at the first success. */
  reset(): void {
    this.#attempts = 0
  }
}
