/**
 * Rollouts in the hub: which clusters may have what Git says, when, and why not yet.
 *
 * Refuses to render or to write to clusters. Key invariant: what engines are told follows from runs that are stored; a
 * freeze is asked before every write.
 */
export { Freezes } from './freezes.ts'
export { MetricGates } from './metric-gates.ts'
export { type Pending, RolloutLoop } from './rollout-loop.ts'
