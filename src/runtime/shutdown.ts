import { reasonOf } from '../core/failure.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/** Ends something that was started. Called once. */
export type Stop = () => Promise<void> | void

export interface ShutdownOptions {
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds that all stops together may take; what then still runs is left behind and named. */
  readonly deadlineMs?: number
}

/**
 * Remembers what was started and ends it in the reverse order, so that nothing loses what it stands on. One
 * stop that fails or hangs does not keep the others from being called.
 */
export class Shutdown {
  readonly #clock: Clock
  readonly #log: Log
  readonly #deadline: number
  readonly #started: { readonly name: string; readonly stop: Stop }[] = []
  #stopping: Promise<void> | undefined

  constructor(options: ShutdownOptions) {
    this.#clock = options.clock
    this.#log = options.log
    this.#deadline = options.deadlineMs ?? 15_000
  }

  /** Remembers how to end `name`, which has just been started. */
  add(name: string, stop: Stop): void {
    if (this.#stopping !== undefined) throw new Error(`${name} was started while everything is being stopped`)
    this.#started.push({ name, stop })
  }

  /** Ends everything; resolves when all has ended or the deadline has passed. Stopping twice does it once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    const end = this.#clock.now() + this.#deadline
    for (const { name, stop } of this.#started.toReversed()) {
      const left = end - this.#clock.now()
      const ended = await this.#within(Math.max(1, left), name, stop)
      if (!ended) this.#log.warn('did not stop in time', { part: name })
    }
    this.#started.length = 0
  }

  async #within(ms: number, name: string, stop: Stop): Promise<boolean> {
    const timeout = new AbortController()
    const stopped = (async () => {
      try {
        await stop()
      } catch (error) {
        this.#log.error('could not be stopped', { part: name, reason: reasonOf(error) })
      }
      return true
    })()
    const late = this.#clock.sleep(ms, timeout.signal).then(() => false)
    const ended = await Promise.race([stopped, late])
    timeout.abort()
    return ended
  }
}

/**
 * Calls `run` at the first SIGTERM or SIGINT of this process, and when a parent that opened a channel to it (`ipc`) is
 * gone. A second signal ends the process at once, for people who do not want to wait. The answer takes the handlers away
 * again.
 */
export function onTermination(run: (signal: NodeJS.Signals) => void): () => void {
  let asked = false
  const handle = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(signal === 'SIGINT' ? 130 : 143)
    asked = true
    run(signal)
  }
  const orphaned = (): void => {
    if (!asked) handle('SIGTERM')
  }
  process.on('SIGTERM', handle)
  process.on('SIGINT', handle)
  if (process.connected) process.on('disconnect', orphaned)
  return () => {
    process.off('disconnect', orphaned)
    process.off('SIGTERM', handle)
    process.off('SIGINT', handle)
  }
}
