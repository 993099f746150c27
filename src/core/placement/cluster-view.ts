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
