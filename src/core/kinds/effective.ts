import type { Bundle, PruneRule } from './bundle.ts'
import type { Cluster } from './cluster.ts'
import { parseDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import type { Fleet, WriterKind } from './fleet.ts'
import type { Mode } from './scalars.ts'

const caution: Readonly<Record<Mode, number>> = { observe: 0, ask: 1, enforce: 2 }

/**
 * The mode that holds for a bundle on a cluster: the bundle's and the cluster's own words first (where both
 * speak, the more careful one: a cluster set to observe is not written to because a bundle enforces), then
 * the environment's, then the fleet's, else observe.
 */
export function effectiveMode(
  bundle: Bundle,
  cluster: Cluster,
  environment: Environment | undefined,
  fleet: Fleet | undefined,
): Mode {
  const own = [bundle.spec.mode, cluster.spec.mode].filter((mode) => mode !== undefined)
  const careful = own.toSorted((a, b) => caution[a] - caution[b])[0]
  return careful ?? environment?.spec?.mode ?? fleet?.spec?.defaults?.mode ?? 'observe'
}

/** How long a change made by a person stands before it is healed, where nobody says otherwise. */
const grace = 10 * 60_000

/**
 * Milliseconds between a difference and its heal: what the bundle says, else the fleet, else ten minutes for
 * changes made by people and none for the rest.
 */
export function effectiveHealAfter(writer: WriterKind, bundle: Bundle, fleet: Fleet | undefined): number {
  const written = bundle.spec.drift?.healAfter ?? fleet?.spec?.defaults?.healAfter
  const set = written === undefined ? undefined : parseDuration(written)
  return set ?? (writer === 'human' ? grace : 0)
}

/** Milliseconds that one wave of an apply may take: what the bundle says, else five minutes. */
export function effectiveTimeout(bundle: Bundle): number {
  const written = bundle.spec.timeout
  return (written === undefined ? undefined : parseDuration(written)) ?? 5 * 60_000
}

/**
 * The prune rule of a bundle. Without a word it prunes within the fleet's bound; what may not be deleted
 * unasked (namespaces, CRDs, volumes) is confirmed under every rule.
 */
export function effectivePrune(bundle: Bundle): PruneRule {
  return bundle.spec.prune ?? 'auto'
}

/** The largest prune without approval: whichever of count and percentage is reached first. */
export function effectivePruneBound(fleet: Fleet | undefined): { count: number; percent: number } {
  const bound = fleet?.spec?.defaults?.prune
  return { count: bound?.count ?? 10, percent: bound?.percent ?? 25 }
}
