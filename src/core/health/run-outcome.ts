import { groupOf, type KubeObject } from '../object/index.ts'
import { conditionWith, textAt } from './health.ts'
import { healthOf } from './health-of.ts'

/** How far an object that runs to an end has come. */
export interface RunOutcome {
  readonly state: 'running' | 'succeeded' | 'failed'
  readonly message: string
}

/**
 * How an object that runs to an end came out: a Job by its conditions, a Pod by its phase; any other kind has done what
 * it is for as soon as it is Current. A Job in progress is healthy, but it has not ended: health alone does not tell.
 */
export function runOutcome(object: KubeObject): RunOutcome {
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`
  if (kind === 'batch/Job') return jobOutcome(object)
  if (kind === '/Pod') {
    const phase = textAt(object, 'status', 'phase')
    if (phase === 'Succeeded') return { state: 'succeeded', message: 'Pod has completed' }
    if (phase === 'Failed')
      return { state: 'failed', message: textAt(object, 'status', 'message') || 'Pod has failed' }
    return { state: 'running', message: `Pod is ${phase === '' ? 'not observed yet' : phase}` }
  }
  const health = healthOf(object)
  if (health.status === 'Current') return { state: 'succeeded', message: health.message }
  if (health.status === 'Failed') return { state: 'failed', message: health.message }
  return { state: 'running', message: health.message }
}

function jobOutcome(object: KubeObject): RunOutcome {
  if (conditionWith(object, 'Complete', 'True') !== undefined) {
    return { state: 'succeeded', message: 'Job has completed' }
  }
  const failure = conditionWith(object, 'Failed', 'True')
  if (failure === undefined) return { state: 'running', message: healthOf(object).message }
  const why = [failure.reason, failure.message].filter((text) => text !== undefined && text !== '')
  return {
    state: 'failed',
    message: why.length === 0 ? 'Job has failed' : `Job has failed: ${why.join(': ')}`,
  }
}
