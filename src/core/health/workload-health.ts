import type { KubeObject } from '../object/index.ts'
import { valueAt } from '../object/index.ts'
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

/** The value with which a Deployment says that it has no deadline (`math.MaxInt32`). */
const NO_DEADLINE = 2_147_483_647

export function deploymentHealth(object: KubeObject): Health {
  const exceeded = conditionsOf(object).find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  )
  if (exceeded !== undefined) return failed(exceeded.reason, 'Progress deadline exceeded')
  const wanted = numberAt(object, 1, 'spec', 'replicas')
  const total = numberAt(object, 0, 'status', 'replicas')
  const updated = numberAt(object, 0, 'status', 'updatedReplicas')
  const ready = numberAt(object, 0, 'status', 'readyReplicas')
  const available = numberAt(object, 0, 'status', 'availableReplicas')
  if (wanted > total) return inProgress('LessReplicas', `Replicas: ${total}/${wanted}`)
  if (wanted > updated) return inProgress('LessUpdated', `Updated: ${updated}/${wanted}`)
  if (total > wanted) return inProgress('ExtraPods', `Pending termination: ${total - wanted}`)
  if (updated > available) return inProgress('LessAvailable', `Available: ${available}/${updated}`)
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`)
  // Without a deadline the controller sets no Progressing condition.
  const noDeadline = numberAt(object, NO_DEADLINE, 'spec', 'progressDeadlineSeconds') === NO_DEADLINE
  const progressed = conditionWith(object, 'Progressing', 'True')?.reason === 'NewReplicaSetAvailable'
  if (!noDeadline && !progressed) return inProgress('ReplicaSetNotAvailable', 'ReplicaSet not Available')
  if (conditionWith(object, 'Available', 'True') === undefined) {
    return inProgress('DeploymentNotAvailable', 'Deployment not Available')
  }
  return current(`Deployment is available. Replicas: ${total}`)
}

export function replicaSetHealth(object: KubeObject): Health {
  if (conditionWith(object, 'ReplicaFailure', 'True') !== undefined) {
    return inProgress('ReplicaFailure', 'Replica Failure condition. Check Pods')
  }
  const wanted = numberAt(object, 1, 'spec', 'replicas')
  const total = numberAt(object, 0, 'status', 'replicas')
  const ready = numberAt(object, 0, 'status', 'readyReplicas')
  const available = numberAt(object, 0, 'status', 'availableReplicas')
  const labelled = numberAt(object, 0, 'status', 'fullyLabeledReplicas')
  if (wanted > labelled) return inProgress('LessLabelled', `Labelled: ${labelled}/${wanted}`)
  if (wanted > available) return inProgress('LessAvailable', `Available: ${available}/${wanted}`)
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`)
  if (total > wanted) return inProgress('ExtraPods', `Pending termination: ${total - wanted}`)
  return current(`ReplicaSet is available. Replicas: ${total}`)
}

export function statefulSetHealth(object: KubeObject): Health {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return current('StatefulSet is using the ondelete update strategy')
  }
  const wanted = numberAt(object, 1, 'spec', 'replicas')
  const total = numberAt(object, 0, 'status', 'replicas')
  const ready = numberAt(object, 0, 'status', 'readyReplicas')
  const updated = numberAt(object, 0, 'status', 'updatedReplicas')
  const unchanged = numberAt(object, 0, 'status', 'currentReplicas')
  if (wanted > total) return inProgress('LessReplicas', `Replicas: ${total}/${wanted}`)
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`)
  if (total > wanted) return inProgress('ExtraPods', `Pending termination: ${total - wanted}`)
  const partition = numberAt(object, -1, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  if (partition !== -1) {
    return updated < wanted - partition
      ? inProgress('PartitionRollout', `updated: ${updated}/${wanted - partition}`)
      : current(`Partition rollout complete. updated: ${updated}`)
  }
  if (wanted > unchanged) return inProgress('LessCurrent', `current: ${unchanged}/${wanted}`)
  if (textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision')) {
    return inProgress('RevisionMismatch', 'Waiting for updated revision to match current')
  }
  return current(`All replicas scheduled as expected. Replicas: ${total}`)
}

export function daemonSetHealth(object: KubeObject): Health {
  if (object.metadata.generation === undefined)
    return inProgress('NoGeneration', 'metadata.generation not found')
  if (valueAt(object, 'status', 'observedGeneration') === undefined) {
    return inProgress('NoObservedGeneration', 'status.observedGeneration not found')
  }
  const wanted = numberAt(object, -1, 'status', 'desiredNumberScheduled')
  if (wanted === -1) return inProgress('NoDesiredNumber', 'Missing .status.desiredNumberScheduled')
  const scheduled = numberAt(object, 0, 'status', 'currentNumberScheduled')
  const updated = numberAt(object, 0, 'status', 'updatedNumberScheduled')
  const available = numberAt(object, 0, 'status', 'numberAvailable')
  const ready = numberAt(object, 0, 'status', 'numberReady')
  if (wanted > scheduled) return inProgress('LessCurrent', `Current: ${scheduled}/${wanted}`)
  if (wanted > updated) return inProgress('LessUpdated', `Updated: ${updated}/${wanted}`)
  if (wanted > available) return inProgress('LessAvailable', `Available: ${available}/${wanted}`)
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`)
  return current(`All replicas scheduled as expected. Replicas: ${wanted}`)
}

export function jobHealth(object: KubeObject): Health {
  const completions = numberAt(object, numberAt(object, 1, 'spec', 'parallelism'), 'spec', 'completions')
  const succeeded = numberAt(object, 0, 'status', 'succeeded')
  const broken = numberAt(object, 0, 'status', 'failed')
  if (conditionWith(object, 'Complete', 'True') !== undefined) {
    return current(`Job Completed. succeeded: ${succeeded}/${completions}`)
  }
  if (conditionWith(object, 'Failed', 'True') !== undefined) {
    return failed('JobFailed', `Job Failed. failed: ${broken}/${completions}`)
  }
  const suspended = valueAt(object, 'spec', 'suspend') === true
  if (suspended && conditionWith(object, 'Suspended', 'True') !== undefined)
    return current('Job is suspended')
  if (textAt(object, 'status', 'startTime') === '') return inProgress('JobNotStarted', 'Job not started')
  const active = numberAt(object, 0, 'status', 'active')
  return current(`Job in progress. success:${succeeded}, active: ${active}, failed: ${broken}`)
}
