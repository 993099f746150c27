import type {
  ClusterDetailView,
  ClusterFactsView,
  ClusterQuery,
  ClusterView,
  IdentityQuery,
  IdentityView,
} from '../../../api/index.ts'
import type { ClusterFacts } from '../../../core/facts/index.ts'
import { stateName } from '../../../core/state/index.ts'
import { nameOf, refOfKey } from '../../../core/object/index.ts'
import type { Page } from '../../service.ts'
import type { HubParts } from './hub-parts.ts'
import {
  clustersInScope,
  type FleetCluster,
  fleetCluster,
  pageByName,
  seesPlaced,
  tierOf,
} from './in-scope.ts'
import { openDriftOf, placedBundles, seenTroubles, toldReason } from './placed-bundle.ts'

/** The clusters in scope, by name. */
export function listClusters(parts: HubParts, query: ClusterQuery): Page<ClusterView> {
  const all = clustersInScope(parts, query)
    .map((cluster) => clusterView(parts, cluster))
    .filter(({ state }) => query.state?.includes(state) ?? true)
  const { page, next } = pageByName(all, query)
  return { items: page, total: all.length, ...next }
}

export function describeCluster(parts: HubParts, name: string): ClusterDetailView | undefined {
  const found = fleetCluster(parts, name)
  if (found === undefined) return undefined
  const { report } = parts.board.entry(name)
  const { failure } = report ?? {}
  return {
    ...clusterView(parts, found),
    identity: identityOf(parts, found),
    placed: placedBundles(parts, found),
    ...(failure === undefined ? {} : { failure }),
    ...(report?.facts === undefined
      ? {}
      : { facts: factsView(report.facts, report.factsAt ?? report.since) }),
    failedGroups: [...(report?.failedGroups ?? [])],
  }
}

function factsView(facts: ClusterFacts, at: string): ClusterFactsView {
  const { digest: _digest, apis, storageClasses, ingressClasses, priorityClasses, ...rest } = facts
  return {
    at,
    ...rest,
    apis: Object.fromEntries(Object.entries(apis).map(([version, kinds]) => [version, [...kinds]] as const)),
    ...(storageClasses === undefined ? {} : { storageClasses: [...storageClasses] }),
    ...(ingressClasses === undefined ? {} : { ingressClasses: [...ingressClasses] }),
    ...(priorityClasses === undefined ? {} : { priorityClasses: [...priorityClasses] }),
  }
}

/** The identity records that match; all of them for an empty query. */
export function listIdentities(parts: HubParts, query: IdentityQuery): IdentityView[] {
  return clustersInScope(parts, { cluster: query.cluster })
    .map((cluster) => identityOf(parts, cluster))
    .filter(({ clusterId }) => query.clusterId === undefined || clusterId === query.clusterId)
}

/** Who a cluster is, from its record and its first contact. */
export function identityOf(parts: HubParts, found: FleetCluster): IdentityView {
  const { clusterId, verifiedAt } = parts.board.entry(found.name)
  const { display, environment } = found.cluster.spec
  const colour = found.environment?.spec?.colour
  return {
    cluster: found.name,
    environment,
    tier: tierOf(found),
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(verifiedAt === undefined ? {} : { verifiedAt }),
    ...(colour === undefined ? {} : { colour }),
    ...(display?.code === undefined ? {} : { code: display.code }),
    ...(display?.name === undefined ? {} : { displayName: display.name }),
  }
}

/** The clusters of a list whose part of an answer is missing now, with why. */
export function unanswered(
  parts: HubParts,
  clusters: readonly FleetCluster[],
): { cluster: string; seen?: string; reason: string }[] {
  return clusters
    .filter(({ name }) => !parts.board.isKnown(name) || parts.board.whyBlind(name) !== undefined)
    .map(({ name }) => {
      const { report } = parts.board.entry(name)
      const seen = report?.lastSeen
      return { cluster: name, ...(seen === undefined ? {} : { seen }), reason: whyAway(parts, name) }
    })
}

/** Why a cluster is not known now, in one sentence. */
export function whyAway(parts: HubParts, name: string): string {
  const { report } = parts.board.entry(name)
  const blind = parts.board.isKnown(name) ? parts.board.whyBlind(name) : undefined
  if (blind !== undefined) return blind
  if (report?.failure !== undefined) return report.failure.message
  if (report === undefined || report.lastSeen === undefined) return 'not connected yet'
  return 'no sign of life'
}

/** The oldest sign of life among the clusters that are known now. */
export function asOf(parts: HubParts, clusters: readonly FleetCluster[]): { asOf?: string } {
  const seen = clusters
    .filter(({ name }) => parts.board.isKnown(name))
    .flatMap(({ name }) => parts.board.entry(name).report?.lastSeen ?? [])
    .toSorted()[0]
  return seen === undefined ? {} : { asOf: seen }
}

function clusterView(parts: HubParts, found: FleetCluster): ClusterView {
  const { board } = parts
  const { cluster, name } = found
  const { clusterId, report, lastGood } = board.entry(name)
  const { state, flags } = board.standing(name)
  const known = board.isKnown(name)
  const reason = whyNot(parts, name, state)
  return {
    name,
    environment: cluster.spec.environment,
    tier: tierOf(found),
    labels: cluster.spec.labels ?? {},
    ...(cluster.spec.mode === undefined ? {} : { mode: cluster.spec.mode }),
    connect: 'agent' in cluster.spec.connect ? 'agent' : 'kubeconfig',
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(report?.version === undefined ? {} : { version: report.version }),
    state,
    flags: [...flags],
    ...(reason === undefined ? {} : { reason }),
    ...(!known && lastGood !== undefined ? { lastKnown: lastGood } : {}),
    drift: known && board.whyBlind(name) === undefined ? openDriftOf(parts, name) : null,
    bundles: parts.rollouts.placedOn(name).filter(({ target }) => seesPlaced(parts, name, target.bundle))
      .length,
    ...(report?.lastSeen === undefined ? {} : { seen: report.lastSeen }),
    ...(report === undefined ? {} : { since: report.since }),
  }
}

/** One sentence: why a cluster is not in sync. */
function whyNot(parts: HubParts, name: string, state: ClusterView['state']): string | undefined {
  if (state === 'in-sync') return undefined
  const { board } = parts
  if (!board.isKnown(name)) return whyAway(parts, name)
  for (const assignment of board.assignments(name)) {
    if (!seesPlaced(parts, name, assignment.bundle)) continue
    if (!board.partStanding(name, assignment).flags.includes(state)) continue
    const report = board.entry(name).bundles.get(assignment.bundle)
    const [trouble] = seenTroubles(parts, name, assignment.bundle)
    const told = toldReason(parts, name, assignment.bundle, report?.reason)
    const why = told ?? (trouble && `${nameOf(refOfKey(trouble.key))}: ${trouble.message}`)
    if (state !== 'drifted' && why !== undefined) return `bundle ${assignment.bundle}: ${why}`
  }
  if (state === 'pending') {
    const bundle = [...parts.rollouts.pendingOn(name)].find((one) => seesPlaced(parts, name, one))
    const pending = bundle === undefined ? undefined : parts.rollouts.pending(name, bundle)
    if (pending !== undefined) return `bundle ${bundle}: ${pending.reason}`
  }
  const drift = openDriftOf(parts, name)
  return state === 'drifted' && drift > 0
    ? `${drift} ${drift === 1 ? 'field differs' : 'fields differ'}`
    : stateName(state)
}
