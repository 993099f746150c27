import { nameOf } from '../../core/object/index.ts'
import type { Member } from '../members/index.ts'
import type { HealthStatus } from '../../core/health/index.ts'
import type { AppliedMark, Assignment, BundleReport, ObjectTrouble } from '../ports.ts'

/** Where a bundle's reconciliation stands. */
export interface BundleProgress {
  readonly phase: BundleReport['phase']
  readonly reason?: string
  /** Objects that could not be sent at all, such as those of an unknown kind. */
  readonly refused: readonly ObjectTrouble[]
  /** Nothing was written, because many objects are to be, and others are written first. */
  readonly waitsForTurn?: true
}

/** Troubles that one report names. */
export const mostTroubles = 50

/** From worst to best; a bundle is as healthy as its worst object. */
const severity: readonly HealthStatus[] = [
  'Failed',
  'NotFound',
  'Unknown',
  'Terminating',
  'InProgress',
  'Current',
]

/** What is said about a bundle, from its members. Unknown counts as worse than in progress, never as good. */
export function bundleReport(
  assignment: Assignment,
  members: readonly Member[],
  progress: BundleProgress,
  applied: AppliedMark | undefined,
): BundleReport {
  const troubles: ObjectTrouble[] = [...progress.refused]
  const refused = new Set(troubles.map(({ key }) => key))
  const sent = members.filter(({ key }) => !refused.has(key))
  for (const member of sent) {
    if (member.unheard !== undefined) {
      const message = `${nameOf(member.ref)} is not heard of any more: ${member.unheard}`
      troubles.push({ key: member.key, health: 'Unknown', message })
    } else if (member.unrecorded !== undefined) {
      troubles.unshift({ key: member.key, health: 'Unknown', code: 'unrecorded', message: member.unrecorded })
    } else if (member.trouble !== undefined) {
      troubles.push({ key: member.key, health: member.health, ...member.trouble })
    } else if (member.health !== 'Current') {
      const message = member.healthMessage ?? `${nameOf(member.ref)} is ${member.health}`
      troubles.push({ key: member.key, health: member.health, message })
    }
  }
  const found = new Set<HealthStatus>(sent.map(healthOf))
  if (progress.refused.length > 0) found.add('Unknown')
  const health =
    severity.find((status) => found.has(status)) ?? (members.length === 0 ? 'Unknown' : 'Current')
  return {
    bundle: assignment.bundle,
    desired: { revision: assignment.revision, variant: assignment.variant },
    ...(applied === undefined ? {} : { applied }),
    phase: progress.phase,
    ...(progress.reason === undefined ? {} : { reason: progress.reason }),
    objects: sent.length + refused.size,
    health,
    troubles: troubles.slice(0, mostTroubles),
  }
}

function healthOf({ health, unheard, unrecorded }: Member): HealthStatus {
  return unheard === undefined && unrecorded === undefined ? health : 'Unknown'
}
