import type { HealthStatus } from '../health/index.ts'
import type { Gate } from '../kinds/index.ts'
import type { Member, MemberState, Pin, Stage } from './run.ts'

/** What is known of a cluster of a run, for the run's bundle. */
export interface Seen {
  /** The cluster left the fleet, or the bundle left the cluster. */
  readonly removed: boolean
  /** Why nothing is known of it now; undefined while it can be reached. */
  readonly away?: string
  /** The rendering that its engine speaks of, and the one that was applied whole last. */
  readonly desired?: string
  readonly applied?: string
  /** Epoch milliseconds of the last whole apply. */
  readonly appliedAt?: number
  readonly phase: 'pending' | 'applying' | 'applied' | 'blocked' | 'failed' | 'withdrawn'
  readonly health: HealthStatus
  /** Why it is blocked, failed or unhealthy. */
  readonly reason?: string
  /** Why it may not be released now, such as a dependency that is not healthy. */
  readonly blocked?: string
}

export type GateAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'wait'; readonly reason: string; readonly wakeAt?: number }
  /** Counts as a failure of the run. */
  | { readonly kind: 'fail'; readonly reason: string }

/** Everything that a step may ask. It is the same for the whole step. */
export interface RunView {
  /** Epoch milliseconds, and the same as RFC 3339. */
  readonly now: number
  readonly nowText: string
  cluster(name: string): Seen
  /** Gates of the kinds `cel` and `metric`; health and approval are the run's own. */
  gate(stage: Stage, gate: Exclude<Gate, 'health' | { approval: unknown }>): GateAnswer
  /** Why no stage may start for this cluster now: a freeze, or a window; and when that ends, where it is known. */
  closed(cluster: string): { readonly reason: string; readonly until?: number } | undefined
}

/** How long something has to look failed before it counts: an engine tries again by itself. */
const failureGraceMs = 5_000

/** What a released cluster is now. `wakeAt`: when it has to be judged again without news. */
export function judgeMember(
  cluster: { readonly pin: Pin; readonly healthTimeoutMs: number; readonly seen: Seen },
  before: Member,
  at: Pick<RunView, 'now' | 'nowText'>,
): { member: Member; wakeAt?: number } {
  const { pin, healthTimeoutMs, seen } = cluster
  if (before.state === 'skipped' || before.state === 'reverted') return { member: before }
  const as = (state: MemberState, detail?: string, failingSince?: number): Member => ({
    state,
    since: before.state === state ? before.since : at.nowText,
    ...(before.releasedAt === undefined ? {} : { releasedAt: before.releasedAt }),
    ...(detail === undefined ? {} : { detail }),
    ...(failingSince === undefined ? {} : { failingSince }),
  })
  if (seen.removed) return { member: as('skipped', 'it is not a cluster of this bundle any more') }
  if (seen.away !== undefined) return { member: as('away', seen.away) }
  if (seen.desired !== pin.variant) return { member: as('released', 'not looked at yet') }
  const applied = seen.applied === pin.variant && seen.phase === 'applied'
  if (seen.phase === 'failed' || (applied && seen.health === 'Failed')) {
    const since = before.failingSince ?? at.now
    const reason = seen.reason ?? `health is ${seen.health}`
    const failedAt = since + failureGraceMs
    if (before.state === 'failed' || at.now >= failedAt) return { member: as('failed', reason, since) }
    return { member: as('released', reason, since), wakeAt: failedAt }
  }
  if (!applied) return { member: as('released', seen.reason) }
  if (seen.health === 'Current') return { member: as('healthy') }
  const deadline = (seen.appliedAt ?? at.now) + healthTimeoutMs
  const reason = seen.reason ?? `health is ${seen.health}`
  if (at.now < deadline) return { member: as('released', reason), wakeAt: deadline }
  return { member: as('failed', `not healthy after ${Math.round(healthTimeoutMs / 1000)} s: ${reason}`) }
}
