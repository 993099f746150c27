import type { RenderOutcome } from './renderer.ts'

/** How many objects are kept, over all renderings; 10,000 objects of 2 KiB are 20 MiB. */
const mostObjects = 20_000

/**
 * Renderings by their keys: what is rendered is rendered once, also when it is asked for twice at the same time. What
 * has problems is not kept. The oldest make room.
 */
export class OutcomeCache {
  readonly #kept = new Map<string, Promise<RenderOutcome>>()
  readonly #sizes = new Map<string, number>()
  #objects = 0

  /** The outcome of `key`, made by `make` where it is not known. */
  get(key: string, make: () => Promise<RenderOutcome>): Promise<RenderOutcome> {
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const making = make().then(
      (outcome) => {
        this.#settle(key, outcome)
        return outcome
      },
      (error: unknown) => {
        this.#kept.delete(key)
        throw error
      },
    )
    this.#kept.set(key, making)
    return making
  }

  #settle(key: string, outcome: RenderOutcome): void {
    if (!outcome.rendered) {
      this.#kept.delete(key)
      return
    }
    this.#sizes.set(key, outcome.manifests.length)
    this.#objects += outcome.manifests.length
    for (const [oldest, size] of this.#sizes) {
      if (this.#objects <= mostObjects || oldest === key) break
      this.#sizes.delete(oldest)
      this.#kept.delete(oldest)
      this.#objects -= size
    }
  }
}
