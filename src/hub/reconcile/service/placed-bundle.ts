import type { PlacedBundleView } from '../../../api/index.ts'
import { nameOf, refOfKey } from '../../../core/object/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { HubParts } from './hub-parts.ts'
import type { FleetCluster } from './in-scope.ts'

/** One bundle on one cluster: what it should be there, and what it is. */
export function placedBundle(parts: HubParts, found: FleetCluster, assignment: Assignment): PlacedBundleView {
  const { board } = parts
  const { bundle, revision, variant, withdrawn } = assignment
  const { bundles, applied, report: cluster } = board.entry(found.name)
  const report = bundles.get(bundle)
  const mark = applied.get(bundle)
  const { state, flags } = board.partStanding(found.name, assignment)
  const known = board.isKnown(found.name)
  // A report about an older revision says nothing about this one.
  const current =
    report?.desired.variant === variant && report.desired.revision === revision ? report : undefined
  const reason =
    current?.reason ?? withdrawn?.reason ?? (current === undefined ? 'not looked at yet' : undefined)
  return {
    bundle,
    cluster: found.name,
    environment: found.cluster.spec.environment,
    state,
    flags: [...flags],
    mode: modeOf(parts, assignment),
    desired: { revision, variant },
    ...(mark === undefined ? {} : { applied: mark }),
    phase: current?.phase ?? 'pending',
    ...(reason === undefined ? {} : { reason }),
    objects: report?.objects ?? 0,
    health: known ? (report?.health ?? 'Unknown') : 'Unknown',
    drift:
      known && board.whyBlind(found.name, bundle) === undefined ? board.openDrift(found.name, bundle) : null,
    troubles: (report?.troubles ?? []).map(({ key, health, message, code }) => ({
      object: nameOf(refOfKey(key)),
      health,
      message,
      ...(code === undefined ? {} : { code }),
    })),
    ...(cluster?.lastSeen === undefined ? {} : { seen: cluster.lastSeen }),
  }
}

/** The mode that holds for a bundle on a cluster now. */
export function modeOf({ config }: HubParts, { mode }: Assignment): Assignment['mode'] {
  return config.observe ? 'observe' : mode
}
