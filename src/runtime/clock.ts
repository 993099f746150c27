/**
 * Time as the program sees it. Whatever waits, expires or measures takes a `Clock`, so that a test can hold
 * time still and move it; only `systemClock` knows the machine's.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. Use differences for durations, never for order between machines. */
  now(): number
  /** Calls `run` once after `ms`; cancelling a timer that has run does nothing. */
  setTimeout(run: () => void, ms: number): Timer
  /** Resolves after `ms`, or as soon as `signal` aborts: a caller that must stop looks at its signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Something that was started with `Clock.setTimeout`. */
export interface Timer {
  cancel(): void
}

/** `Clock.sleep` in terms of `Clock.setTimeout`: never rejects, and leaves neither timer nor listener behind. */
export function sleepOn(clock: Pick<Clock, 'setTimeout'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve()
      return
    }
    const done = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** The machine's clock. A pending timer keeps the process alive: whoever starts one stops it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(run, ms) {
    const timer = setTimeout(run, ms)
    return { cancel: () => clearTimeout(timer) }
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
}
