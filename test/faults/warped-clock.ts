import { type Clock, sleepOn, systemClock, type Timer } from '../../src/runtime/index.ts'

interface Waiting {
  readonly at: number
  readonly run: () => void
  timer: Timer
}

/**
 * The machine's clock, which a test can push forward: deadlines of minutes come within moments, while sockets, files
 * and servers live on in real time.
 */
export class WarpedClock implements Clock {
  #ahead = 0
  readonly #waiting = new Set<Waiting>()

  now(): number {
    return systemClock.now() + this.#ahead
  }

  setTimeout(run: () => void, ms: number): Timer {
    const waiting: Waiting = { at: this.now() + ms, run, timer: { cancel: () => undefined } }
    this.#waiting.add(waiting)
    this.#start(waiting)
    return {
      cancel: () => {
        this.#waiting.delete(waiting)
        waiting.timer.cancel()
      },
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal)
  }

  /** All at once, as for a process that was stopped and goes on: what is overdue comes due together. */
  jump(ms: number): void {
    this.#ahead += ms
    for (const waiting of this.#waiting) {
      waiting.timer.cancel()
      this.#start(waiting)
    }
  }

  /** In steps of a second, so that timers which start timers see the time between. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      this.jump(Math.min(left, 1_000))
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
  }

  #start(waiting: Waiting): void {
    waiting.timer = systemClock.setTimeout(
      () => {
        this.#waiting.delete(waiting)
        waiting.run()
      },
      Math.max(0, waiting.at - this.now()),
    )
  }
}
