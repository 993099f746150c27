import { type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { keyOfObject, objectAt, removeAs } from './acting.ts'
import { conditionIn } from './condition.ts'
import { type Controller, itself } from './controller.ts'
import { createPod, freeName, isActive, isReady, numberOr, ownedBy, ownerKey } from './owned-pods.ts'
import { mergeStatus } from './replica-sets.ts'

const storage = 'jobs.batch'

/** Runs Jobs: pods until enough have succeeded, or too many have failed. */
export const jobs: Controller = {
  watches: {
    [storage]: itself,
    pods: ({ object, previous }) => ownerKey(object ?? previous, 'Job'),
  },
  async reconcile(cluster, key) {
    const job = objectAt(cluster, storage, key)
    if (job === undefined || mapOf(job.metadata).deletionTimestamp !== undefined) return undefined
    const status = mapOf(job.status)
    if (conditionIn(status, 'Complete') !== undefined || conditionIn(status, 'Failed') !== undefined) {
      return clean(cluster, key, job, status)
    }
    await run(cluster, job)
    await tell(cluster, key, job)
    return undefined
  },
}

async function run(cluster: Cluster, job: JsonMap): Promise<void> {
  const spec = mapOf(job.spec)
  const pods = ownedBy(cluster, 'pods', job)
  const succeeded = count(pods, 'Succeeded')
  const active = pods.filter(isActive)
  if (spec.suspend === true) {
    for (const pod of active) await removeAs(cluster, 'pods', keyOfObject(pod))
    return
  }
  if (count(pods, 'Failed') > numberOr(spec.backoffLimit, 6)) return
  const parallel = numberOr(spec.parallelism, 1)
  const wanted = Math.min(parallel, numberOr(spec.completions, succeeded > 0 ? 0 : parallel) - succeeded)
  const taken = new Set(pods.map((pod) => textOf(mapOf(pod.metadata).name)))
  for (let i = active.length; i < wanted; i += 1) {
    const name = freeName(textOf(mapOf(job.metadata).name), taken)
    taken.add(name)
    await createPod(cluster, job, name)
  }
}

async function tell(cluster: Cluster, key: string, job: JsonMap): Promise<void> {
  const spec = mapOf(job.spec)
  const pods = ownedBy(cluster, 'pods', job)
  const now = cluster.now()
  const succeeded = count(pods, 'Succeeded')
  const failed = count(pods, 'Failed')
  const active = pods.filter(isActive)
  const startTime = mapOf(job.status).startTime ?? now
  const counts = { startTime, active: active.length, ready: active.filter(isReady).length, succeeded, failed }
  const condition = (type: string, more: JsonMap): JsonMap => ({
    type,
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    ...more,
  })
  if (active.length === 0 && succeeded >= numberOr(spec.completions, 1) && succeeded > 0) {
    const done = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    const conditions = [condition('SuccessCriteriaMet', done), condition('Complete', done)]
    await mergeStatus(cluster, storage, key, job, { ...counts, completionTime: now, conditions })
  } else if (failed > numberOr(spec.backoffLimit, 6)) {
    const why = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
    const conditions = [condition('FailureTarget', why), condition('Failed', why)]
    await mergeStatus(cluster, storage, key, job, { ...counts, conditions })
  } else {
    await mergeStatus(cluster, storage, key, job, counts)
  }
}

/** A Job that says so goes away some time after it has ended. */
async function clean(
  cluster: Cluster,
  key: string,
  job: JsonMap,
  status: JsonMap,
): Promise<number | undefined> {
  const ttl = mapOf(job.spec).ttlSecondsAfterFinished
  if (typeof ttl !== 'number') return undefined
  const ended = conditionIn(status, 'Complete') ?? conditionIn(status, 'Failed')
  const wait = Date.parse(textOf(ended?.lastTransitionTime)) + ttl * 1_000 - Date.parse(cluster.now())
  if (wait > 0) return wait
  await removeAs(cluster, storage, key, { propagationPolicy: 'Background' })
  return undefined
}

function count(pods: readonly JsonMap[], phase: string): number {
  return pods.filter((pod) => mapOf(pod.status).phase === phase).length
}
