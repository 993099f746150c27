/**
 * The kinds that people write into the fleet repository: Fleet, Environment, Cluster, Bundle, Rollout, Access.
 *
 * One zod schema a kind gives validation, types and the published JSON Schema. Refuses unknown kinds and
 * fields (with the nearest known name as hint), and knows nothing about files, YAML or references between
 * kinds. Key invariant: a value that was parsed has every field of its type and no other; durations and
 * expressions in it are still as written.
 */
export type { Access } from './access.ts'
export type { AdditionsRule, Bundle, PruneRule } from './bundle.ts'
export type { Cluster, ClusterConnect } from './cluster.ts'
export { parseDuration } from './duration.ts'
export {
  effectiveHealAfter,
  effectiveMode,
  effectivePrune,
  effectivePruneBound,
  effectiveTimeout,
} from './effective.ts'
export type { Environment, Tier } from './environment.ts'
export type { AttributionRule, Fleet, FleetRepository, WriterKind } from './fleet.ts'
export { type KindName, kindSchemas, parseKind } from './parse-kind.ts'
export type { Gate, Rollout, RolloutChoice, RolloutSpec } from './rollout.ts'
export { apiVersion, type Mode } from './scalars.ts'
