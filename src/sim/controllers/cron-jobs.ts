import { type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { create, keyOfObject, objectAt, removeAs } from './acting.ts'
import { conditionIn } from './condition.ts'
import { type Controller, itself } from './controller.ts'
import { cronSchedule, latestTime, nextTime } from './cron-schedule.ts'
import { controlledBy, numberOr, ownedBy, ownerKey } from './owned-pods.ts'
import { mergeStatus } from './replica-sets.ts'

const storage = 'cronjobs.batch'
const ofJobs = 'jobs.batch'

/** Starts the Job of a CronJob when its time has come. Source: Kubernetes, pkg/controller/cronjob. */
export const cronJobs: Controller = {
  watches: {
    [storage]: itself,
    [ofJobs]: ({ object, previous }) => ownerKey(object ?? previous, 'CronJob'),
  },
  async reconcile(cluster, key) {
    const cronJob = objectAt(cluster, storage, key)
    if (cronJob === undefined) return undefined
    let scheduled: string | undefined
    let again: number | undefined
    if (mapOf(cronJob.metadata).deletionTimestamp === undefined) {
      await forget(cluster, cronJob)
      ;({ scheduled, again } = await startDue(cluster, cronJob))
    }
    await tell(cluster, key, cronJob, scheduled)
    return again
  },
}

interface Due {
  /** When the Job that was started was to start. */
  readonly scheduled?: string
  /** In how many milliseconds the next one is due. */
  readonly again: number | undefined
}

async function startDue(cluster: Cluster, cronJob: JsonMap): Promise<Due> {
  const spec = mapOf(cronJob.spec)
  const schedule = cronSchedule(textOf(spec.schedule))
  if (schedule === undefined || spec.suspend === true) return { again: undefined }
  const timeZone = typeof spec.timeZone === 'string' ? spec.timeZone : undefined
  const now = cluster.clock.now() + cluster.skewMs
  const next = nextTime(schedule, now, timeZone)
  const again = next === undefined ? undefined : next - now
  const last = Date.parse(
    textOf(mapOf(cronJob.status).lastScheduleTime ?? mapOf(cronJob.metadata).creationTimestamp),
  )
  const deadline = numberOr(spec.startingDeadlineSeconds, Number.POSITIVE_INFINITY) * 1_000
  const due = latestTime(schedule, Math.max(last, now - deadline), now, timeZone)
  if (due === undefined) return { again }
  const active = jobsOf(cluster, cronJob).filter((job) => !isFinished(job))
  if (active.length > 0 && spec.concurrencyPolicy === 'Forbid') return { again }
  if (spec.concurrencyPolicy === 'Replace')
    for (const job of active) await removeAs(cluster, ofJobs, keyOfObject(job), background)
  const scheduled = timeText(due)
  await create(cluster, ofJobs, jobFor(cronJob, due, scheduled))
  return { scheduled, again }
}

const background = { propagationPolicy: 'Background' } as const

function jobFor(cronJob: JsonMap, due: number, scheduled: string): JsonMap {
  const { name, namespace } = mapOf(cronJob.metadata)
  const template = mapOf(mapOf(cronJob.spec).jobTemplate)
  const { labels, annotations } = mapOf(template.metadata)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${textOf(name)}-${Math.floor(due / 60_000)}`,
      namespace: namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...mapOf(annotations), 'batch.kubernetes.io/cronjob-scheduled-timestamp': scheduled },
      ownerReferences: [controlledBy(cronJob)],
    },
    spec: template.spec ?? {},
  }
}

/** Deletes the oldest of the Jobs that have ended, as many as are more than wanted. */
async function forget(cluster: Cluster, cronJob: JsonMap): Promise<void> {
  const spec = mapOf(cronJob.spec)
  const jobs = jobsOf(cluster, cronJob)
  for (const [type, limit] of [
    ['Complete', numberOr(spec.successfulJobsHistoryLimit, 3)],
    ['Failed', numberOr(spec.failedJobsHistoryLimit, 1)],
  ] as const) {
    const ended = jobs.filter((job) => conditionIn(mapOf(job.status), type) !== undefined)
    for (const job of ended.slice(0, Math.max(0, ended.length - limit)))
      await removeAs(cluster, ofJobs, keyOfObject(job), background)
  }
}

async function tell(
  cluster: Cluster,
  key: string,
  cronJob: JsonMap,
  scheduled: string | undefined,
): Promise<void> {
  const jobs = jobsOf(cluster, cronJob)
  const live = mapOf(cronJob.status)
  const active = jobs.filter((job) => !isFinished(job)).map(reference)
  const ended = jobs.map(({ status }) => textOf(mapOf(status).completionTime)).filter((time) => time !== '')
  const latest = [textOf(live.lastSuccessfulTime), ...ended].toSorted().at(-1) ?? ''
  const known = mapsOf(live.active).map(({ uid }) => textOf(uid))
  const isSame = known.join() === active.map(({ uid }) => textOf(uid)).join()
  await mergeStatus(cluster, storage, key, cronJob, {
    ...(isSame ? {} : { active: active.length === 0 ? null : active }),
    ...(scheduled === undefined ? {} : { lastScheduleTime: scheduled }),
    ...(latest === '' ? {} : { lastSuccessfulTime: latest }),
  })
}

function reference({ metadata }: JsonMap): JsonMap {
  const { name, namespace, uid, resourceVersion } = mapOf(metadata)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: name ?? '',
    namespace: namespace ?? '',
    uid: uid ?? '',
    resourceVersion: resourceVersion ?? '',
  }
}

/** The Jobs of a CronJob, the oldest first. */
function jobsOf(cluster: Cluster, cronJob: JsonMap): readonly JsonMap[] {
  const created = ({ metadata }: JsonMap): string => textOf(mapOf(metadata).creationTimestamp)
  return ownedBy(cluster, ofJobs, cronJob).toSorted((one, other) => (created(one) < created(other) ? -1 : 1))
}

function isFinished({ status }: JsonMap): boolean {
  return ['Complete', 'Failed'].some((type) => conditionIn(mapOf(status), type) !== undefined)
}

function timeText(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}
