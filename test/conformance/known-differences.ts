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

export const knownDifferences: readonly KnownDifference[] = [
  {
    title: '7: apps/v1 daemonsets as a table',
    at: '1.body.rows[0].object.metadata.annotations',
    reason:
      'the metadata beside a row are taken of the object in its version, which keeps an old field as an annotation',
  },
  {
    title: '57: pages of one revision while others write',
    at: '5.body.message',
    reason: 'a token that is none is refused without the words of the JSON reader of Go',
  },
  ...[4, 5].map((step) => ({
    title: '57: selectors',
    at: `${step}.body.message`,
    reason: 'what a label selector lacks is said in fewer words',
  })),
  {
    title: '56: a container that a webhook puts beside ours',
    at: '7[2].oldObject',
    reason: 'what a webhook is told of the time before a scale is the whole object, not its scale',
  },
  ...[0, 1].flatMap((step) =>
    [`${step}.body.message`, `${step}.body.details`].map((at) => ({
      title: '56: a webhook that answers nonsense, with failure policy Fail',
      at,
      reason: 'an answer that is no review is refused without the words of the decoder of Go',
    })),
  ),
  ...['0.body.message', ...[1, 2, 3].flatMap((step) => [`${step}.body.message`, `${step}.body.details`])].map(
    (at) => ({
      title: '3: a form that nobody has is refused',
      at,
      reason: 'a simulated server answers in JSON only, and says so',
    }),
  ),
]
