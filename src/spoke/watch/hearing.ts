import { silenceLimit } from '../../core/state/index.ts'
import type { WatchState } from '../../kube/index.ts'
import type { Clock, Timer } from '../../runtime/index.ts'

/** A watch that is not live, and for how long it has not been. */
interface Deaf {
  why: string
  silent: boolean
  readonly timer: Timer
}

/**
 * Tells of each watch whether what it showed may still be believed: when it was not live for `silenceLimit`, its
 * objects are unknown, whatever other watches of the cluster hear (safety I6, incident 16).
 */
export class Hearing {
  readonly #clock: Clock
  readonly #onChange: (name: string) => void
  readonly #deaf = new Map<string, Deaf>()

  /** `onChange`: the silence of this watch began or ended. */
  constructor(clock: Clock, onChange: (name: string) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** Why nothing is known over this watch; undefined while it is heard, or was a moment ago. */
  silence(name: string): string | undefined {
    const deaf = this.#deaf.get(name)
    return deaf?.silent === true ? deaf.why : undefined
  }

  /** The state of a watch; undefined when it begins. */
  take(name: string, state: WatchState | undefined): void {
    if (state?.kind === 'live') {
      this.forget(name)
      return
    }
    const why = state?.failure?.message ?? 'there was no answer yet'
    const known = this.#deaf.get(name)
    if (known !== undefined) {
      if (state?.failure !== undefined) known.why = why
      return
    }
    const timer = this.#clock.setTimeout(() => {
      const deaf = this.#deaf.get(name)
      if (deaf === undefined) return
      deaf.silent = true
      this.#onChange(name)
    }, silenceLimit)
    this.#deaf.set(name, { why, silent: false, timer })
  }

  /** The watch is heard, or there is none any more. */
  forget(name: string): void {
    const deaf = this.#deaf.get(name)
    if (deaf === undefined) return
    deaf.timer.cancel()
    this.#deaf.delete(name)
    if (deaf.silent) this.#onChange(name)
  }

  stop(): void {
    for (const { timer } of this.#deaf.values()) timer.cancel()
    this.#deaf.clear()
  }
}
