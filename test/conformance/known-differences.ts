/**
 * Where a simulated server answers differently from a real one, and why. Any other difference fails, and so does an
 * entry that no longer occurs.
 */
export interface KnownDifference {
  /** The title of the case. */
  readonly title: string
  /** How the path begins; with the number of the step, such as `3.body.metadata`. */
  readonly at: string
  /** All versions without it. */
  readonly versions?: readonly string[]
  readonly reason: string
}

export const knownDifferences: readonly KnownDifference[] = []
