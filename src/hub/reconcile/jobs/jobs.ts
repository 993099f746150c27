import { apiFailure } from '../../../api/index.ts'
import type { Target } from '../../../core/access/index.ts'
import { type Failure, isFailure, reasonOf } from '../../../core/failure.ts'
import {
  interrupted,
  type Job,
  type JobPart,
  type JobRecord,
  type JobResult,
  type JobRow,
  targetsOf,
  type ToldFailure,
} from '../../../core/job/index.ts'
import { type Clock, eachLimited, type Log, redactText } from '../../../runtime/index.ts'
import type { NewEvent, Store } from '../../store/index.ts'
import type { EventLog } from '../event-log.ts'

export interface JobsOptions {
  readonly store: Pick<Store, 'jobs'>
  readonly events: Pick<EventLog, 'add' | 'record'>
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
}

/** A job before it begins. */
export interface JobOrder {
  readonly kind: Job['kind']
  readonly by: string
  readonly reason?: string | undefined
  readonly requestId: string
  /** Completes a sentence: `heal of 12 objects`. */
  readonly what: string
  readonly rows: readonly { readonly cluster: string; readonly parts: readonly JobPart[] }[]
}

/** Does one cluster's part. A `Failure` that it throws becomes the row's; anything else is a bug and becomes one too. */
export type RowWork = (row: JobRow, signal: AbortSignal) => Promise<readonly JobResult[]>

/** Clusters of one job that are worked on side by side. */
const sideBySide = 16
/** Jobs that run at once; more are refused, because they would share the same connections. */
const mostAtOnce = 20
/** What is under way when the hub stops may take so long to end; then its end is not seen. */
const stopMs = 2_000

/** What came of a part that is not as it was asked for. */
const bad: ReadonlySet<string> = new Set(['failed', 'refused', 'unreachable'])

interface Running {
  job: Job
  readonly rows: JobRow[]
  /** Rows that came to an end. */
  ended: number
  /** Aborted when it is cancelled, or the hub stops: nothing is begun from then on. */
  readonly end: AbortController
  over: Promise<void>
}

/**
 * Long work on many clusters. That a row began is durable before anything is sent to its cluster, so that after a crash
 * nothing that may have been sent is called not begun. A job whose hub stopped does not go on by itself: what people
 * wanted an hour ago may not be what they want now.
 */
export class Jobs {
  readonly #options: JobsOptions
  readonly #running = new Map<string, Running>()
  #stopping = false

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /** Tells of jobs that were under way when the hub stopped what is known of them. To be called once, before any begins. */
  async load(): Promise<void> {
    const { store, events } = this.#options
    for (const before of await store.jobs.open()) {
      const { job, rows } = interrupted(before, this.#now())
      await store.jobs.save(job, rows)
      const what = 'the hub stopped while it ran'
      events.add(eventOf({ job, rows }, 'job-interrupted', what, `${what}; ${tally(rows)}`))
    }
  }

  /** Begins a job; resolves as soon as who asked for what is durable. Throws `not-ready` when too many run. */
  async begin(order: JobOrder, work: RowWork): Promise<JobRecord> {
    const { store, events, newId } = this.#options
    if (this.#stopping)
      throw apiFailure('not-ready', 'job: not begun: the hub is stopping', { retryable: true })
    if (this.#running.size >= mostAtOnce) {
      throw apiFailure('not-ready', `job: not begun: ${mostAtOnce} jobs run already`, {
        hint: 'wait until one of them has ended, or cancel one',
        retryable: true,
      })
    }
    const { kind, by, reason, what, requestId } = order
    const id = newId()
    const names = order.rows.map(({ cluster }) => cluster).join(', ')
    const asked = { job: { id, by, ...(reason === undefined ? {} : { reason }) }, rows: order.rows }
    const { sequence } = await events.record({
      ...eventOf(asked, 'job-begun', `${kind} has begun`, `${what} on ${names}`.slice(0, 500)),
      requestId,
    })
    const job: Job = {
      id,
      kind,
      state: 'running',
      by,
      ...(reason === undefined ? {} : { reason }),
      activity: `act-${sequence.toString(16).padStart(4, '0')}`,
      createdAt: this.#now(),
    }
    const rows = order.rows.map(
      ({ cluster, parts }): JobRow => ({ cluster, state: 'waiting', parts, results: [] }),
    )
    await store.jobs.begin({ job, rows })
    const running: Running = { job, rows, ended: 0, end: new AbortController(), over: Promise.resolve() }
    this.#running.set(id, running)
    running.over = this.#run(running, work)
    return { job, rows: [...rows] }
  }

  /** A job as it is now. */
  async get(id: string): Promise<JobRecord | undefined> {
    const running = this.#running.get(id)
    return running === undefined
      ? this.#options.store.jobs.get(id)
      : { job: running.job, rows: [...running.rows] }
  }

  /** Newest first, as they are now. */
  async newest(
    limit: number,
    before?: { readonly createdAt: string; readonly id: string },
  ): Promise<JobRecord[]> {
    const records = await this.#options.store.jobs.newest(limit, before)
    return await Promise.all(records.map(async (one) => (await this.get(one.job.id)) ?? one))
  }

  /** Begins nothing more of a job. Throws `changed` when it is over. Undefined when there is none. */
  async cancel(id: string, by: string, requestId: string): Promise<JobRecord | undefined> {
    const running = this.#running.get(id)
    if (running === undefined) {
      const stored = await this.#options.store.jobs.get(id)
      if (stored === undefined) return undefined
      throw apiFailure('changed', `job ${id}: cannot be cancelled: it is ${stored.job.state}, wanted running`)
    }
    if (running.job.state === 'running') {
      running.job = { ...running.job, state: 'cancelling', cancelledBy: by }
      running.end.abort()
      await this.#options.store.jobs.save(running.job, [])
      const message = 'cancelled: nothing more of it is begun'
      this.#options.events.add({
        ...eventOf(running, 'job-cancelled', message, message),
        actor: by,
        requestId,
      })
    }
    return this.get(id)
  }

  /** Begins nothing more, and waits a moment for what is under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const { end } of this.#running.values()) end.abort()
    const all = Promise.all([...this.#running.values()].map(({ over }) => over))
    const late = new AbortController()
    await Promise.race([all, this.#options.clock.sleep(stopMs, late.signal)])
    late.abort()
  }

  async #run(running: Running, work: RowWork): Promise<void> {
    const { log } = this.#options
    const { id } = running.job
    try {
      await eachLimited(running.rows, sideBySide, (_, at) => this.#runRow(running, at, work))
      await this.#end(running)
    } catch (error) {
      log.warn('the end of a job could not be kept', { job: id, error })
    } finally {
      this.#running.delete(id)
    }
  }

  async #runRow(running: Running, at: number, work: RowWork): Promise<void> {
    const { store, log } = this.#options
    const { id } = running.job
    const waiting = running.rows[at]
    if (waiting === undefined) return
    if (running.end.signal.aborted) {
      running.rows[at] = { ...waiting, state: 'not-begun' }
      return
    }
    const begun: JobRow = { ...waiting, state: 'running', startedAt: this.#now() }
    running.rows[at] = begun
    try {
      await store.jobs.saveRow(id, begun)
    } catch (error) {
      // Nothing is sent whose beginning is not durable.
      running.rows[at] = { ...waiting, state: 'failed', failure: told(error) }
      return
    }
    const ended = await this.#worked(begun, running.end.signal, work)
    running.rows[at] = ended
    await store.jobs.saveRow(id, ended).catch((error: unknown) => {
      log.warn('the end of a row of a job could not be kept', { job: id, cluster: ended.cluster, error })
    })
    this.#tellTenth(running)
  }

  /** Each tenth of a job is an event, so that whoever follows sees it move; the last one is its end. */
  #tellTenth(running: Running): void {
    const { rows } = running
    const before = Math.floor((running.ended * 10) / rows.length)
    running.ended += 1
    const now = Math.floor((running.ended * 10) / rows.length)
    if (now === before || running.ended === rows.length) return
    const counted = `${running.ended} of ${rows.length} clusters`
    this.#options.events.add(eventOf(running, 'job-progress', 'it goes on', counted))
  }

  async #worked(row: JobRow, signal: AbortSignal, work: RowWork): Promise<JobRow> {
    try {
      const results = await work(row, signal)
      const state = results.some(({ outcome }) => bad.has(outcome)) ? 'failed' : 'done'
      return { ...row, state, results, endedAt: this.#now() }
    } catch (error) {
      if (!isFailure(error)) this.#options.log.error('a row of a job failed', { cluster: row.cluster, error })
      return { ...row, state: 'failed', failure: told(error), endedAt: this.#now() }
    }
  }

  async #end(running: Running): Promise<void> {
    const { store, events } = this.#options
    const { job, rows } = running
    const cut = rows.some(({ state }) => state === 'not-begun')
    const state = job.state === 'cancelling' ? 'cancelled' : cut ? 'interrupted' : 'done'
    running.job = { ...job, state, endedAt: this.#now() }
    await store.jobs.save(running.job, rows)
    events.add(eventOf(running, `job-${state}`, state, `${state}: ${tally(rows)}`))
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}

/**
 * An event of a job. Who may look at a part of it hears of it without numbers and names, which are those of all of it; the
 * job itself tells them about their part.
 */
function eventOf(
  { job, rows }: { readonly job: Pick<Job, 'id' | 'by' | 'reason'>; readonly rows: JobOrder['rows'] },
  type: string,
  told: string,
  whole: string,
): Omit<NewEvent, 'at'> & { readonly about: readonly Target[] } {
  const [only, other] = rows
  return {
    type,
    message: `job ${job.id}: ${told}`,
    whole: `job ${job.id}: ${whole}`,
    job: job.id,
    actor: job.by,
    ...(job.reason === undefined ? {} : { reason: job.reason }),
    ...(only !== undefined && other === undefined ? { cluster: only.cluster } : {}),
    about: targetsOf(rows),
  }
}

/** `10 clusters: 7 done, 1 failed, 2 not begun`. */
function tally(rows: readonly JobRow[]): string {
  const counts = Map.groupBy(rows, ({ state }) => state)
  const parts = [...counts].map(([state, own]) => `${own.length} ${state.replace('-', ' ')}`)
  return `${rows.length} ${rows.length === 1 ? 'cluster' : 'clusters'}: ${parts.join(', ')}`
}

function told(error: unknown): ToldFailure {
  if (!isFailure(error))
    return { code: 'internal', message: 'the hub failed in a way that is a bug; its log says how' }
  const { code, hint } = error as Failure
  return { code, message: redactText(reasonOf(error)), ...(hint === undefined ? {} : { hint }) }
}
