/**
 * Placement: a CEL expression over what is known about a cluster, and the clusters it chooses.
 *
 * Refuses expressions that do not type-check, and never answers "no" where it cannot know. Key invariant: an
 * incomplete evaluation never shrinks a decision (incident 3); evaluation ends within a second (row 10).
 */
export type { ClusterView, Facts } from './cluster-view.ts'
export { type PlacementDecision, placementDecision } from './decision.ts'
export { compilePlacement } from './expression.ts'
