import { groupOf, type KubeObject, valueAt } from '../object/index.ts'
import {
  conditionsOf,
  conditionWith,
  current,
  failed,
  type Health,
  inProgress,
  numberAt,
  textAt,
} from './health.ts'
import { podHealth } from './pod-health.ts'
import {
  daemonSetHealth,
  deploymentHealth,
  jobHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './workload-health.ts'

/** By group and kind, as `keyOf` writes them. */
const RULES = new Map<string, (object: KubeObject, now: number | undefined) => Health>([
  ['/Namespace', namespaceHealth],
  ['/PersistentVolumeClaim', claimHealth],
  ['/Pod', podHealth],
  ['/Service', serviceHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/Deployment', deploymentHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['batch/Job', jobHealth],
  // Its controller computes it before it notes the generation, which was checked before.
  ['policy/PodDisruptionBudget', () => current('AllowedDisruptions has been computed.')],
])

/**
 * The health of a live object, by the rules of kstatus (sigs.k8s.io/cli-utils/pkg/kstatus): deletion, observed
 * generation and the standard conditions first, then the rule of the kind, then a Ready condition. A kind
 * without any of them is Current as soon as it exists. An object without a readable shape is Unknown. With `now`
 * (milliseconds since 1970) a Pod that finds no node for 15 seconds is Failed; without it, it stays InProgress.
 */
export function healthOf(object: KubeObject, now?: number): Health {
  if (typeof object.kind !== 'string' || typeof object.apiVersion !== 'string') {
    return { status: 'Unknown', reason: 'Unreadable', message: 'the object has no kind or apiVersion' }
  }
  return (
    genericHealth(object) ??
    RULES.get(`${groupOf(object.apiVersion)}/${object.kind}`)?.(object, now) ??
    readyHealth(object)
  )
}

function genericHealth(object: KubeObject): Health | undefined {
  if ((object.metadata.deletionTimestamp ?? '') !== '') {
    return { status: 'Terminating', reason: 'Terminating', message: terminatingMessage(object) }
  }
  const generation = object.metadata.generation
  const observed = numberAt(object, generation ?? 0, 'status', 'observedGeneration')
  if (generation !== undefined && observed !== generation) {
    return inProgress(
      'LatestGenerationNotObserved',
      `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
    )
  }
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (status !== 'True') continue
    if (type === 'Reconciling') return inProgress(reason, message)
    if (type === 'Stalled') return failed(reason, message)
  }
  return undefined
}

/** What holds up the deletion of a namespace stands in its conditions (incident 27). */
function terminatingMessage(object: KubeObject): string {
  const blockers = conditionsOf(object).filter(
    ({ type, status }) => /^Namespace.*(Remaining|Failure)$/.test(type) && status === 'True',
  )
  const finalizers = object.metadata.finalizers ?? []
  const details = [
    ...blockers.map(({ message }) => message),
    ...(finalizers.length > 0 ? [`finalizers: ${finalizers.join(', ')}`] : []),
  ]
  return ['Resource scheduled for deletion', ...details].join('; ')
}

function readyHealth(object: KubeObject): Health {
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready')
  if (ready?.status === 'True') return current('Resource is Ready')
  if (ready?.status === 'False' || ready?.status === 'Unknown') return inProgress(ready.reason, ready.message)
  return current('Resource is current')
}

function namespaceHealth(object: KubeObject): Health {
  const phase = textAt(object, 'status', 'phase')
  return phase === 'Active'
    ? current('Namespace is active')
    : inProgress('NotActive', `phase: ${phase || 'unknown'}`)
}

function claimHealth(object: KubeObject): Health {
  const phase = textAt(object, 'status', 'phase')
  return phase === 'Bound'
    ? current('PVC is Bound')
    : inProgress('NotBound', `PVC is not Bound. phase: ${phase || 'unknown'}`)
}

function serviceHealth(object: KubeObject): Health {
  const waits =
    textAt(object, 'spec', 'type') === 'LoadBalancer' && (valueAt(object, 'spec', 'clusterIP') ?? '') === ''
  return waits
    ? inProgress('NoIPAssigned', 'ClusterIP not set. Service type: LoadBalancer')
    : current('Service is ready')
}

function definitionHealth(object: KubeObject): Health {
  const refused = conditionWith(object, 'NamesAccepted', 'False')
  if (refused !== undefined) return failed(refused.reason, refused.message)
  if (conditionWith(object, 'Established', 'True') !== undefined) return current('CRD is established')
  const unestablished = conditionWith(object, 'Established', 'False')
  if (unestablished !== undefined && unestablished.reason !== 'Installing') {
    return failed(unestablished.reason, unestablished.message)
  }
  return inProgress('Installing', 'Install in progress')
}
