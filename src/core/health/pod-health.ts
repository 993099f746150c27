import { parseTimestamp } from '../encoding/index.ts'
import { isList, isMap, type Json, type KubeObject, valueAt } from '../object/index.ts'
import { conditionWith, current, failed, type Health, inProgress, textAt } from './health.ts'

/** How long the scheduler may look for a node before a Pod counts as unschedulable, as in kstatus. */
const SCHEDULE_MS = 15_000

export function podHealth(object: KubeObject, now: number | undefined): Health {
  const phase = textAt(object, 'status', 'phase')
  switch (phase) {
    case 'Succeeded':
      return current('Pod has completed successfully')
    case 'Failed':
      return current('Pod has completed, but not successfully')
    case 'Running':
      return runningHealth(object)
    case 'Pending':
      return pendingHealth(object, now)
    case '':
      return inProgress('PodNotObserved', 'Pod phase not available')
    default:
      return { status: 'Unknown', reason: 'PodPhaseUnknown', message: `Pod phase is ${phase}` }
  }
}

function pendingHealth(object: KubeObject, now: number | undefined): Health {
  if (conditionWith(object, 'PodScheduled', 'False')?.reason !== 'Unschedulable') {
    return inProgress('PodPending', 'Pod is in the Pending phase')
  }
  const created = parseTimestamp(object.metadata.creationTimestamp ?? '')
  const waited = now === undefined || created === undefined ? 0 : now - created
  return waited >= SCHEDULE_MS
    ? failed('PodUnschedulable', 'Pod could not be scheduled')
    : inProgress('PodNotScheduled', 'Pod has not been scheduled')
}

function runningHealth(object: KubeObject): Health {
  if (conditionWith(object, 'Ready', 'True') !== undefined) return current('Pod is Ready')
  const statuses = valueAt(object, 'status', 'containerStatuses')
  const looping = (isList(statuses) ? statuses : []).filter(isCrashLooping).map(nameOfContainer)
  return looping.length > 0
    ? failed('ContainerCrashLooping', `Containers in CrashLoop state: ${looping.join(',')}`)
    : inProgress('PodRunningNotReady', 'Pod is running but is not Ready')
}

function isCrashLooping(status: Json): boolean {
  const state = isMap(status) ? status['state'] : undefined
  const waiting = isMap(state) ? state['waiting'] : undefined
  return isMap(waiting) && waiting['reason'] === 'CrashLoopBackOff'
}

function nameOfContainer(status: Json): string {
  const name = isMap(status) ? status['name'] : undefined
  return typeof name === 'string' ? name : '?'
}
