import type { HealPreview, HealRequest, HealResult, HealSelection, IdentityView } from '../../../api/index.ts'
import { apiFailure } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { type Failure, isFailure, reasonOf } from '../../../core/failure.ts'
import type { DriftRecord } from '../../../core/ledger/index.ts'
import { keyOf, refOfKey } from '../../../core/object/index.ts'
import { eachLimited, redactText } from '../../../runtime/index.ts'
import type { ClusterEngine, HealResult as EngineHealResult } from '../../../spoke/index.ts'
import type { Call } from '../../service.ts'
import { actingAs } from './acting-as.ts'
import { identityOf, whyAway } from './cluster-answers.ts'
import { eventId } from './event-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, fleetCluster } from './in-scope.ts'

/** Clusters that are asked, or healed, side by side. */
const sideBySide = 16

type Told = NonNullable<HealPreview['targets'][number]['failure']>

/** What healing would change, by a dry-run on each cluster. A cluster that cannot be asked says so in its target. */
export async function previewHeal(parts: HubParts, selection: HealSelection): Promise<HealPreview> {
  const clusters = clustersInScope(parts, { cluster: selection.clusters })
  const { object, bundle, cause, drift } = selection
  const records = await parts.store.drift.select({
    clusters: clusters.map(({ name }) => name),
    states: ['open', 'healing'],
    within: readable(parts.grants),
    ...(object === undefined ? {} : object),
    ...(bundle === undefined ? {} : { bundle }),
    ...(cause === undefined ? {} : { cause }),
    ...(drift === undefined ? {} : { ids: drift }),
  })
  const byCluster = Map.groupBy(records, ({ cluster }) => cluster)
  const targets = await eachLimited(clusters, sideBySide, (cluster) =>
    previewOn(parts, cluster, byCluster.get(cluster.name) ?? []),
  )
  return { targets }
}

async function previewOn(
  parts: HubParts,
  cluster: FleetCluster,
  records: readonly DriftRecord[],
): Promise<HealPreview['targets'][number]> {
  const byObject = Map.groupBy(records, ({ ref }) => keyOf(ref))
  try {
    const engine = connectedEngine(parts, cluster.name)
    const identity = await verified(parts, engine, cluster)
    const previews = await engine.previewHeal([...byObject.keys()])
    const objects = previews.map(({ key, fields, failure }) => {
      const own = byObject.get(key) ?? []
      return {
        object: refOfKey(key),
        key,
        bundle: own[0]?.bundle ?? '',
        fields: fields.map((field) => ({ ...field })),
        conflicts: conflictsOf(own),
        ...(failure === undefined
          ? {}
          : { failure: { code: 'preview-failed', message: redactText(failure) } }),
      }
    })
    return { identity, objects }
  } catch (error) {
    return { identity: identityOf(parts, cluster), objects: [], failure: told(error) }
  }
}

/** The owners that will write again after a heal: machines that keep their value, and fights that go on. */
function conflictsOf(records: readonly DriftRecord[]): string[] {
  const conflicts = records.flatMap(({ writer, path, hold }) => {
    if (hold?.kind === 'fight') return [`${path}: ${hold.detail}`]
    const keeps = writer.kind === 'controller' || writer.kind === 'gitops'
    return keeps && writer.manager !== undefined
      ? [`${path}: ${writer.manager} (${writer.kind}) owns it`]
      : []
  })
  return [...new Set(conflicts)]
}

/**
 * Heals the named objects on a person's word. Who asked and why is durable before anything is sent; each cluster's
 * identity is asked for once more, and one that differs is left alone.
 */
export async function healObjects(parts: HubParts, call: Call, request: HealRequest): Promise<HealResult> {
  const began = parts.clock.now()
  const { reason } = request
  const names = request.targets.map(({ cluster }) => cluster)
  const objects = request.targets.reduce((sum, { keys }) => sum + keys.length, 0)
  const [only] = names
  const activity = await parts.events.record({
    type: 'heal-asked',
    message: `heal of ${objects} ${objects === 1 ? 'object' : 'objects'} on ${names.join(', ').slice(0, 500)}`,
    actor: call.caller.name,
    requestId: call.requestId,
    ...(names.length === 1 && only !== undefined ? { cluster: only } : {}),
    ...(reason === undefined ? {} : { reason }),
  })
  const targets = await eachLimited(request.targets, sideBySide, (target) => healOn(parts, call, target))
  return { activity: eventId(activity.sequence), tookMs: parts.clock.now() - began, targets }
}

async function healOn(
  parts: HubParts,
  call: Call,
  target: HealRequest['targets'][number],
): Promise<HealResult['targets'][number]> {
  const { cluster } = target
  try {
    const results = await healCluster(parts, call, target)
    const objects = results.map(({ key, outcome, message }) => ({
      object: refOfKey(key),
      outcome,
      ...(message === undefined ? {} : { message: redactText(message) }),
    }))
    return { cluster, objects }
  } catch (error) {
    return { cluster, objects: [], failure: told(error) }
  }
}

/**
 * Heals objects of one cluster. Throws a `Failure` when nothing was sent: the cluster is not there for whoever asks, cannot
 * be asked, or is another one than was previewed.
 */
export async function healCluster(
  parts: HubParts,
  call: Call,
  target: HealRequest['targets'][number],
): Promise<readonly EngineHealResult[]> {
  const { cluster: name, clusterId, keys } = target
  const cluster = fleetCluster(parts, name)
  if (cluster === undefined) throw apiFailure('not-found', `cluster ${name}: not found`)
  const engine = connectedEngine(parts, name)
  const identity = await verified(parts, engine, cluster)
  if (identity.clusterId !== clusterId) {
    throw apiFailure(
      'wrong-cluster',
      `cluster ${name}: answers as ${identity.clusterId}, was ${clusterId} in the preview; nothing was sent`,
      { hint: 'look at the preview again' },
    )
  }
  return await engine.heal({
    keys,
    actor: call.caller.name,
    requestId: call.requestId,
    ...actingAs(call.caller),
  })
}

/** The engine of a cluster that can be spoken to. Throws `unreachable` with why not. */
export function connectedEngine(parts: HubParts, cluster: string): ClusterEngine {
  const engine = parts.pool.engine(cluster)
  const { report } = parts.board.entry(cluster)
  if (engine !== undefined && report?.reach === 'reachable') return engine
  const code = report?.failure?.code === 'wrong-cluster' ? 'wrong-cluster' : 'not-ready'
  throw apiFailure(
    code,
    `cluster ${cluster}: cannot be asked: ${whyAway(parts, cluster)}; nothing was sent`,
    {
      subject: `cluster ${cluster}`,
      retryable: true,
    },
  )
}

/** Asks a cluster for its identity now, and answers its record with it. Throws `wrong-cluster` when it is another. */
export async function verified(
  parts: HubParts,
  engine: ClusterEngine,
  cluster: FleetCluster,
): Promise<IdentityView> {
  const { clusterId, verifiedAt } = await engine.verify()
  const entry = parts.board.entry(cluster.name)
  if (entry.clusterId !== undefined && entry.clusterId !== clusterId) {
    throw apiFailure(
      'wrong-cluster',
      `cluster ${cluster.name}: answers as ${clusterId}, wanted ${entry.clusterId}`,
    )
  }
  entry.verifiedAt = verifiedAt
  return { ...identityOf(parts, cluster), clusterId, verifiedAt }
}

function told(error: unknown): Told {
  if (!isFailure(error)) throw error
  const { code, hint } = error as Failure
  return { code, message: redactText(reasonOf(error)), ...(hint === undefined ? {} : { hint }) }
}
