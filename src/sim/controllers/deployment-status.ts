import { type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import {} from './acting.ts'
import { conditionIn } from './condition.ts'
import { numberOr } from './owned-pods.ts'

/** What a Deployment says about its rollout, and when it has to be looked at again for its deadline. */
export function deploymentStatus(
  cluster: Cluster,
  deployment: JsonMap,
  current: JsonMap | undefined,
  sets: readonly JsonMap[],
): { status: JsonMap; again: number | undefined } {
  const spec = mapOf(deployment.spec)
  const live = mapOf(deployment.status)
  const wanted = numberOr(spec.replicas, 1)
  const total = (key: string): number =>
    sets.reduce((sum, set) => sum + numberOr(mapOf(set.status)[key], 0), 0)
  const updated = numberOr(mapOf(current?.status).replicas, 0)
  const counts = {
    observedGeneration: mapOf(deployment.metadata).generation ?? 0,
    replicas: total('replicas'),
    updatedReplicas: updated,
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
    unavailableReplicas: Math.max(0, Math.max(wanted, total('replicas')) - total('availableReplicas')),
  }
  const isComplete =
    updated === wanted &&
    counts.replicas === wanted &&
    counts.availableReplicas === wanted &&
    current !== undefined
  const name = textOf(mapOf(current?.metadata).name ?? '')
  const progress = progressOf(cluster, live, spec, counts, isComplete, name)
  const least =
    wanted - numberOr(mapOf(mapOf(spec.strategy).rollingUpdate).maxUnavailable, Math.floor(wanted / 4))
  const available = condition(
    cluster,
    live,
    'Available',
    counts.availableReplicas >= least
      ? ['True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.']
      : ['False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
  )
  return {
    status: { ...counts, conditions: [available, progress.condition] },
    again: progress.again,
  }
}

type Verdict = readonly [status: string, reason: string, message: string]

function progressOf(
  cluster: Cluster,
  live: JsonMap,
  spec: JsonMap,
  counts: JsonMap,
  isComplete: boolean,
  name: string,
): { condition: JsonMap; again: number | undefined } {
  const former = conditionIn(live, 'Progressing')
  if (spec.paused === true) {
    const verdict: Verdict = ['Unknown', 'DeploymentPaused', 'Deployment is paused']
    return { condition: condition(cluster, live, 'Progressing', verdict), again: undefined }
  }
  if (isComplete) {
    const message = `ReplicaSet ${JSON.stringify(name)} has successfully progressed.`
    const isSame = former?.reason === 'NewReplicaSetAvailable' && former.message === message
    const verdict: Verdict = ['True', 'NewReplicaSetAvailable', message]
    return {
      condition: isSame ? former : condition(cluster, live, 'Progressing', verdict, true),
      again: undefined,
    }
  }
  const hasMoved = [
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'replicas',
    'observedGeneration',
  ].some((key) => numberOr(live[key], 0) !== counts[key])
  const deadline = numberOr(spec.progressDeadlineSeconds, 600) * 1_000
  const since = typeof former?.lastUpdateTime === 'string' ? Date.parse(former.lastUpdateTime) : Number.NaN
  const now = Date.parse(cluster.now())
  if (
    !hasMoved &&
    former !== undefined &&
    former.reason !== 'NewReplicaSetAvailable' &&
    now - since >= deadline
  ) {
    const message = `ReplicaSet ${JSON.stringify(name)} has timed out progressing.`
    const verdict: Verdict = ['False', 'ProgressDeadlineExceeded', message]
    return { condition: condition(cluster, live, 'Progressing', verdict), again: undefined }
  }
  const verdict: Verdict = ['True', 'ReplicaSetUpdated', `ReplicaSet ${JSON.stringify(name)} is progressing.`]
  const again = Math.max(1_000, deadline - (hasMoved || Number.isNaN(since) ? 0 : now - since))
  return { condition: condition(cluster, live, 'Progressing', verdict, hasMoved), again }
}

/** A condition, with the times of the former one as far as nothing moved. */
function condition(
  cluster: Cluster,
  live: JsonMap,
  type: string,
  [status, reason, message]: Verdict,
  moved = false,
): JsonMap {
  const former = conditionIn(live, type)
  const isSame = former?.status === status && former.reason === reason && former.message === message
  const now = cluster.now()
  return {
    type,
    status,
    lastUpdateTime: isSame && !moved ? (former.lastUpdateTime ?? now) : now,
    lastTransitionTime: former?.status === status ? (former.lastTransitionTime ?? now) : now,
    reason,
    message,
  }
}
