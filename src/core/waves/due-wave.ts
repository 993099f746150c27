/** How an ordinary object stands, as far as waves ask. */
export interface InWave {
  /** The wave that an annotation asks for; 0 without one. */
  readonly wave: number
  /** It stands in the cluster as it is desired now. */
  readonly applied: boolean
  /** It is applied, and Current. */
  readonly current: boolean
}

/** The wave whose turn it is, and the object of an earlier one that it has to wait for. */
export interface DueWave<Item> {
  readonly wave: number
  readonly heldBy: Item | undefined
}

/**
 * The lowest wave that still has something to apply; undefined when all is applied. It begins only when everything in
 * lower waves is Current. Objects of one wave do not wait for each other here: their kinds order them.
 */
export function dueWave<Item extends InWave>(items: readonly Item[]): DueWave<Item> | undefined {
  const open = items.filter(({ applied }) => !applied).map(({ wave }) => wave)
  if (open.length === 0) return undefined
  const wave = open.reduce((lowest, one) => Math.min(lowest, one))
  return { wave, heldBy: items.find((item) => item.wave < wave && !item.current) }
}
