import { type Clock, sleepOn, type Timer } from './clock.ts'

interface Waiting {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/**
 * A clock for tests that stands still until `advance` moves it. Timers run in the order of their time, then
 * of their start, each at its own time, so a timer that starts another one within the span sees it run too.
 */
export class FakeClock implements Clock {
  #now: number
  #order = 0
  readonly #waiting = new Set<Waiting>()

  constructor(start = 1_700_000_000_000) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  setTimeout(run: () => void, ms: number): Timer {
    const waiting: Waiting = { at: this.#now + Math.max(0, ms), order: this.#order++, run }
    this.#waiting.add(waiting)
    return { cancel: () => void this.#waiting.delete(waiting) }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal)
  }

  /** How many timers have been started and neither run nor cancelled. */
  get pending(): number {
    return this.#waiting.size
  }

  /**
   * Moves the time forward by `ms` and runs what falls due. Promises that those timers settle have been
   * handled when it resolves; what hangs on sockets or files has not: wait for the condition.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const next = this.#nextUntil(end)
      if (next === undefined) break
      this.#waiting.delete(next)
      this.#now = next.at
      next.run()
      await settle()
    }
    this.#now = end
    await settle()
  }

  #nextUntil(end: number): Waiting | undefined {
    let next: Waiting | undefined
    for (const waiting of this.#waiting) {
      if (waiting.at > end) continue
      const sooner = next === undefined || waiting.at < next.at
      if (sooner || (waiting.at === next?.at && waiting.order < next.order)) next = waiting
    }
    return next
  }
}

/** Lets every promise callback that is due run, however long their chain. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
