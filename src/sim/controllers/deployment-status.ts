import { type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { conditionIn } from './condition.ts'
import { numberOr } from './owned-pods.ts'
import { countsTerminating } from './replica-sets.ts'
import { rollingOf } from './rolling.ts'

/** What a Deployment's status is made of. */
interface Rollout {
  readonly deployment: JsonMap
  /** The ReplicaSet of the template that it has now. */
  readonly current: JsonMap | undefined
  readonly sets: readonly JsonMap[]
  /** True when `current` has only just been created. */
  readonly isFresh: boolean
}

type Verdict = readonly [status: string, reason: string, message: string]

/** No deadline, as the API server writes it. */
const never = 2_147_483_647

/**
 * What a Deployment says about its rollout, and when it has to be looked at again for its deadline. Source: Kubernetes,
 * pkg/controller/deployment/progress.go and sync.go.
 */
export function deploymentStatus(
  cluster: Cluster,
  { deployment, current, sets, isFresh }: Rollout,
): { status: JsonMap; again: number | undefined } {
  const spec = mapOf(deployment.spec)
  const live = mapOf(deployment.status)
  const counts = countsOf(cluster, { deployment, current, sets })
  const now = cluster.now()
  let conditions = mapsOf(live.conditions)
  const set = (type: string, verdict: Verdict): void => {
    conditions = withCondition(conditions, type, verdict, now)
  }
  const progressing = (): JsonMap => conditionIn({ conditions }, 'Progressing') ?? {}
  const deadline = numberOr(spec.progressDeadlineSeconds, never)
  if (deadline !== never) {
    const { reason } = progressing()
    if (spec.paused === true) {
      const verdict: Verdict = ['Unknown', 'DeploymentPaused', 'Deployment is paused']
      if (reason !== 'ProgressDeadlineExceeded') set('Progressing', verdict)
    } else if (reason === 'DeploymentPaused')
      set('Progressing', ['Unknown', 'DeploymentResumed', 'Deployment is resumed'])
    if (isFresh && current !== undefined)
      set('Progressing', ['True', 'NewReplicaSetCreated', `Created new replica set ${nameOf(current)}`])
    else if (current !== undefined && reason === undefined && spec.paused !== true)
      set('Progressing', ['True', 'FoundNewReplicaSet', `Found new replica set ${nameOf(current)}`])
  }
  const rolling = rollingOf(spec)
  const least = rolling.replicas - (isRolling(spec) ? Math.min(rolling.unavailable, rolling.replicas) : 0)
  set(
    'Available',
    counts.availableReplicas >= least
      ? ['True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.']
      : ['False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
  )
  const isSettled =
    counts.replicas === counts.updatedReplicas && progressing().reason === 'NewReplicaSetAvailable'
  let again: number | undefined
  if (spec.paused !== true && deadline !== never && !isSettled) {
    const what = current === undefined ? 'Deployment' : 'ReplicaSet'
    const who = `${what} ${nameOf(current ?? deployment)}`
    if (isComplete(counts, rolling.replicas))
      set('Progressing', ['True', 'NewReplicaSetAvailable', `${who} has successfully progressed.`])
    else if (hasProgressed(live, counts)) {
      const former = progressing()
      conditions = conditions.filter(({ type }) => type !== 'Progressing')
      set('Progressing', ['True', 'ReplicaSetUpdated', `${who} is progressing.`])
      if (former.status === 'True')
        conditions = conditions.map((one) =>
          one.type === 'Progressing' ? { ...one, lastTransitionTime: former.lastTransitionTime ?? now } : one,
        )
    } else if (isOverdue(progressing(), deadline, now))
      set('Progressing', ['False', 'ProgressDeadlineExceeded', `${who} has timed out progressing.`])
    again = waitFor(progressing(), deadline, now)
  }
  if (deadline === never) conditions = conditions.filter(({ type }) => type !== 'Progressing')
  return { status: { ...counts, conditions }, again }
}

interface Counts extends JsonMap {
  readonly replicas: number
  readonly updatedReplicas: number
  readonly readyReplicas: number
  readonly availableReplicas: number
}

function countsOf(cluster: Cluster, { deployment, current, sets }: Omit<Rollout, 'isFresh'>): Counts {
  const total = (key: string): number =>
    sets.reduce((sum, set) => sum + numberOr(mapOf(set.status)[key], 0), 0)
  const wanted = sets.reduce((sum, { spec }) => sum + numberOr(mapOf(spec).replicas, 1), 0)
  return {
    observedGeneration: mapOf(deployment.metadata).generation ?? 0,
    replicas: total('replicas'),
    updatedReplicas: numberOr(mapOf(current?.status).replicas, 0),
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
    unavailableReplicas: Math.max(0, wanted - total('availableReplicas')),
    ...(countsTerminating(cluster) ? { terminatingReplicas: total('terminatingReplicas') } : {}),
  }
}

function isComplete({ updatedReplicas, replicas, availableReplicas }: Counts, wanted: number): boolean {
  return updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted
}

/** True when a rollout came nearer to its end since the status was written. */
function hasProgressed(live: JsonMap, counts: Counts): boolean {
  const before = (key: string): number => numberOr(live[key], 0)
  return (
    counts.updatedReplicas > before('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < before('replicas') - before('updatedReplicas') ||
    counts.readyReplicas > before('readyReplicas') ||
    counts.availableReplicas > before('availableReplicas')
  )
}

function isOverdue(progressing: JsonMap, deadlineSeconds: number, now: string): boolean {
  const { reason } = progressing
  if (reason === undefined || reason === 'NewReplicaSetAvailable') return false
  return reason === 'ProgressDeadlineExceeded' || waitFor(progressing, deadlineSeconds, now) === undefined
}

/** How long the deadline is still away, in milliseconds; undefined when it has passed, or when none runs. */
function waitFor({ reason, lastUpdateTime }: JsonMap, seconds: number, now: string): number | undefined {
  if (reason === undefined || reason === 'NewReplicaSetAvailable' || reason === 'ProgressDeadlineExceeded')
    return undefined
  const left = Date.parse(textOf(lastUpdateTime)) + seconds * 1_000 - Date.parse(now)
  return left > 0 ? left : undefined
}

/** The conditions with one that is another one than before at their end, as SetDeploymentCondition does it. */
function withCondition(
  conditions: readonly JsonMap[],
  type: string,
  [status, reason, message]: Verdict,
  now: string,
): readonly JsonMap[] {
  const former = conditionIn({ conditions }, type)
  if (former?.status === status && former.reason === reason) return conditions
  const lastTransitionTime = former?.status === status ? (former.lastTransitionTime ?? now) : now
  const condition = { type, status, lastUpdateTime: now, lastTransitionTime, reason, message }
  return [...conditions.filter((one) => one.type !== type), condition]
}

function isRolling({ strategy }: JsonMap): boolean {
  return mapOf(strategy).type !== 'Recreate'
}

function nameOf({ metadata }: JsonMap): string {
  return JSON.stringify(textOf(mapOf(metadata).name))
}
