import type { ClusterCounts } from './fleet-counts.ts'

/** What the bench asks of the process that simulates a fleet. */
export interface FleetOrders {
  /** Begins to write one event a second in every cluster, or ends it. */
  readonly beat: { readonly ask: boolean; readonly answer: null }
  /** The version that the beating object of each cluster has. */
  readonly versions: { readonly ask: null; readonly answer: readonly number[] }
  /** Counts requests from now on. */
  readonly countFromNow: { readonly ask: null; readonly answer: null }
  readonly counts: { readonly ask: null; readonly answer: ClusterCounts }
  /** Breaks every connection. */
  readonly cut: { readonly ask: null; readonly answer: null }
  /** Resolves when every ConfigMap named is at a revision in every cluster, with when each cluster had that. */
  readonly reached: {
    readonly ask: { readonly names: readonly string[]; readonly rev: string }
    readonly answer: readonly number[]
  }
}

export type OrderName = keyof FleetOrders

export interface Order {
  readonly id: number
  readonly name: OrderName
  readonly ask: unknown
}

/** What the process says: that it serves, an answer, or what it wrote (`[cluster, version, Date.now()]`). */
export type FleetWord =
  | { readonly kind: 'serving'; readonly kubeconfig: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'written'; readonly events: readonly (readonly [number, number, number])[] }
