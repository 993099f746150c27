/** What placement may ask about a cluster. */
export interface ClusterView {
  readonly name: string
  readonly environment: string
  readonly labels: { readonly [label: string]: string }
  /** What was discovered about the cluster; undefined as long as nothing was. */
  readonly facts: Facts | undefined
}

/** Facts as they come from JSON. Whole numbers become CEL ints. */
export interface Facts {
  readonly [name: string]: FactValue
}

export type FactValue = string | boolean | number | bigint | readonly FactValue[] | Facts

/** A cluster for which the question has no answer now. */
export interface UnknownPlacement {
  readonly cluster: string
  readonly reason: string
}

/**
 * Which clusters a bundle goes to. *Unknown* is neither: a cluster that has the bundle keeps it, and one that
 * has not does not get it (incident 3).
 */
export interface PlacementDecision {
  readonly chosen: readonly string[]
  readonly excluded: readonly string[]
  readonly unknown: readonly UnknownPlacement[]
}
