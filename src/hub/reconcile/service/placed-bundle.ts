import type { PlacedBundleView } from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import { whyLacking } from '../../../core/facts/index.ts'
import { nameOf, refOfKey } from '../../../core/object/index.ts'
import type { Assignment, ObjectTrouble } from '../../../spoke/index.ts'
import type { HubParts } from './hub-parts.ts'
import { type FleetCluster, seesAllOf, seesPlaced } from './in-scope.ts'

/** Every bundle of a cluster, those that wait for their turn there among them. */
export function placedBundles(parts: HubParts, found: FleetCluster): PlacedBundleView[] {
  return parts.rollouts
    .placedOn(found.name)
    .filter(({ target }) => seesPlaced(parts, found.name, target.bundle))
    .map((placed) => placedBundle(parts, found, placed))
}

/** One bundle on one cluster: what it should be there, and what it is. */
function placedBundle(
  parts: HubParts,
  found: FleetCluster,
  { target, current: assigned }: { readonly target: Assignment; readonly current: Assignment | undefined },
): PlacedBundleView {
  const { board, rollouts } = parts
  const { bundle } = target
  const waits = rollouts.pending(found.name, bundle)
  const assignment = assigned ?? target
  const { bundles, applied, report: cluster } = board.entry(found.name)
  const report = assigned === undefined ? undefined : bundles.get(bundle)
  const mark = applied.get(bundle)
  const standing = board.partStanding(found.name, assignment)
  const known = board.isKnown(found.name)
  // A report about an older revision says nothing about this one.
  const current =
    report?.desired.variant === assignment.variant && report.desired.revision === assignment.revision
      ? report
      : undefined
  const own = toldReason(parts, found.name, bundle, current?.reason) ?? target.withdrawn?.reason
  const reason = waits?.reason ?? own ?? (current === undefined ? 'not looked at yet' : undefined)
  return {
    bundle,
    cluster: found.name,
    environment: found.cluster.spec.environment,
    state: standing.state,
    flags: [...standing.flags],
    mode: modeOf(parts, assignment),
    desired: { revision: target.revision, variant: target.variant },
    ...(mark === undefined ? {} : { applied: mark }),
    phase: waits === undefined || current?.phase === 'failed' ? (current?.phase ?? 'pending') : 'pending',
    ...(reason === undefined ? {} : { reason }),
    ...(waits?.run === undefined ? {} : { run: waits.run }),
    ...notesOf(parts, found.name, bundle),
    objects: report?.objects ?? 0,
    health: known ? (report?.health ?? 'Unknown') : 'Unknown',
    drift:
      known && board.whyBlind(found.name, bundle) === undefined
        ? openDriftOf(parts, found.name, bundle)
        : null,
    troubles: seenTroubles(parts, found.name, bundle).map(({ key, health, message, code }) => ({
      object: nameOf(refOfKey(key)),
      health,
      message,
      ...(code === undefined ? {} : { code }),
    })),
    ...(cluster?.lastSeen === undefined ? {} : { seen: cluster.lastSeen }),
  }
}

/** What is wrong with the objects of a bundle on a cluster, of those that whoever asks may look at. */
export function seenTroubles({ board, grants }: HubParts, cluster: string, bundle: string): ObjectTrouble[] {
  const { troubles = [] } = board.entry(cluster).bundles.get(bundle) ?? {}
  return troubles.filter(({ key }) =>
    allows(grants, 'read', { cluster, bundle, namespace: refOfKey(key).namespace }),
  )
}

/** The sentence of an engine about a whole bundle, which may name any of its objects. */
export function toldReason(
  parts: HubParts,
  cluster: string,
  bundle: string,
  reason: string | undefined,
): string | undefined {
  if (reason === undefined || seesAllOf(parts, cluster, bundle)) return reason
  return 'why concerns objects that you may not look at'
}

/** How many differences stand on a cluster, of those that whoever asks may look at. */
export function openDriftOf({ board, grants }: HubParts, cluster: string, bundle?: string): number {
  if (readable(grants) === undefined) return board.openDrift(cluster, bundle)
  return board.openDrift(cluster, bundle, (drift) => allows(grants, 'read', { cluster, ...drift }))
}

/** What a cluster lacks of the optional requirements of a bundle. */
function notesOf({ board, fleet }: HubParts, cluster: string, bundle: string): { notes?: string[] } {
  const { facts, failedGroups = [] } = board.entry(cluster).report ?? {}
  const declared = fleet.state.model?.bundles.get(bundle)?.value.spec.requires ?? []
  const notes = declared.flatMap((required) => {
    const lacking = required.optional === true ? whyLacking(required, { facts, failedGroups }) : undefined
    return lacking === undefined ? [] : [`optional: ${lacking}`]
  })
  return notes.length === 0 ? {} : { notes }
}

/** The mode that holds for a bundle on a cluster now. */
export function modeOf({ config }: HubParts, { mode }: Assignment): Assignment['mode'] {
  return config.observe ? 'observe' : mode
}
