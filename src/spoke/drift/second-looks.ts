import { Backoff, type Clock, type Timer } from '../../runtime/index.ts'
import type { Member } from '../members/index.ts'

const firstMs = 1_000
const longestMs = 60_000

/**
 * Looks again at members whose state could not be recorded, with back-off, until it is: no event says it a second
 * time. As long as one waits here its state is unknown.
 */
export class SecondLooks {
  readonly #clock: Clock
  readonly #look: (member: Member) => void
  readonly #waiting = new Map<string, { readonly backoff: Backoff; timer: Timer }>()

  constructor(clock: Clock, look: (member: Member) => void) {
    this.#clock = clock
    this.#look = look
  }

  add(member: Member): void {
    if (this.#waiting.has(member.key)) return
    const backoff = new Backoff({ baseMs: firstMs, maxMs: longestMs })
    this.#waiting.set(member.key, { backoff, timer: this.#later(member, backoff) })
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) timer.cancel()
    this.#waiting.clear()
  }

  #later(member: Member, backoff: Backoff): Timer {
    return this.#clock.setTimeout(
      () => {
        const waiting = this.#waiting.get(member.key)
        if (waiting === undefined) return
        if (member.receipt === undefined || member.orphaned) member.unrecorded = undefined
        if (member.unrecorded === undefined) {
          this.#waiting.delete(member.key)
          return
        }
        this.#look(member)
        waiting.timer = this.#later(member, backoff)
      },
      firstMs / 2 + backoff.next(),
    )
  }
}
