import type { Clock, Timer } from './clock.ts'

export interface TurnsOptions {
  readonly clock: Clock
  /** So many turns are under way at once. */
  readonly most: number
  /**
   * Whether this process had enough to do since it was asked last: as long as it has not, so many more begin each second. Also
   * asked when somebody begins to wait, so that what is told a second later is of that second.
   */
  readonly isBusy: () => boolean
}

const lookMs = 1_000

/**
 * Turns at large work, in the order in which they were asked for: what is done in turns is done with one part after the other
 * instead of with all of it at the end, and keeps in memory what few parts need. What waits for something else, such as a slow
 * cluster, holds nobody up: while the process has time, more turns begin than `most`.
 */
export class Turns {
  readonly #options: TurnsOptions
  readonly #waiting = new Set<(end: () => void) => void>()
  #running = 0
  #filling: Timer | undefined
  #looking: Timer | undefined

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** How many are under way, and how many wait. */
  get counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#waiting.size }
  }

  /** A turn where one is free now: answers what ends it, which does nothing the second time. */
  take(): (() => void) | undefined {
    if (this.#waiting.size > 0 || this.#running >= this.#options.most) return undefined
    return this.#begin()
  }

  /**
   * Asks for a turn. `begin` is called when it has come, with what ends it, and never before this returns. Calling the answer
   * takes the question back.
   */
  ask(begin: (end: () => void) => void): () => void {
    if (this.#looking === undefined) {
      this.#options.isBusy()
      this.#lookIn(lookMs)
    }
    this.#waiting.add(begin)
    this.#fillSoon()
    return () => {
      this.#waiting.delete(begin)
      if (this.#waiting.size === 0) this.#rest()
    }
  }

  #begin(): () => void {
    this.#running += 1
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.#running -= 1
      this.#fillSoon()
    }
  }

  /** Lets those begin for whom there is room, once what runs now has returned. */
  #fillSoon(): void {
    if (this.#waiting.size === 0 || this.#running >= this.#options.most) return
    this.#filling ??= this.#options.clock.setTimeout(() => {
      this.#filling = undefined
      this.#admit(this.#options.most - this.#running)
    }, 0)
  }

  #lookIn(ms: number): void {
    this.#looking = this.#options.clock.setTimeout(() => {
      this.#lookIn(ms)
      if (!this.#options.isBusy()) this.#admit(this.#options.most)
    }, ms)
  }

  #admit(most: number): void {
    let left = most
    for (const begin of this.#waiting) {
      if (left <= 0) return
      left -= 1
      this.#waiting.delete(begin)
      begin(this.#begin())
    }
    if (this.#waiting.size === 0) this.#rest()
  }

  #rest(): void {
    this.#filling?.cancel()
    this.#looking?.cancel()
    this.#filling = undefined
    this.#looking = undefined
  }
}

/** Answers at each call which share of the time since the one before this thread worked, from 0 to 1. */
export function watchThread(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}
