import {
  apiFailure,
  type HealRequest,
  type HealResult,
  type JobRowView,
  type JobView,
  type ReconcileRequest,
} from '../../src/api/index.ts'
import { progressOf } from '../../src/core/job/index.ts'
import type { Call, HubService } from '../../src/hub/service.ts'
import { AccessInMemory } from './access-in-memory.ts'

type Part = Pick<
  HubService,
  'jobs' | 'job' | 'jobRows' | 'jobTargets' | 'healJob' | 'reconcileJob' | 'cancelJob' | 'heal'
>

export interface JobInMemory {
  readonly view: Omit<JobView, 'counts' | 'mayCancel' | 'perMinute' | 'remainingMs'>
  readonly rows: JobRowView[]
}

/** Jobs of which everything is known beforehand. What is begun here has ended at once, unless it is held. */
export abstract class JobsInMemory extends AccessInMemory implements Part {
  jobs_: JobInMemory[] = []
  /** Jobs that are begun now stay as they are, with nothing done. */
  holdJobs = false
  /** Every write that reached the hub, in order. */
  readonly written: { what: string; call: Call; input: unknown }[] = []

  abstract heal(call: Call, request: HealRequest): Promise<HealResult>

  async jobs(_call: Call, query: Parameters<Part['jobs']>[1]) {
    const items = this.jobs_
      .map(viewOf)
      .filter(({ state }) => query.state?.includes(state) ?? true)
      .toSorted((one, two) => (one.createdAt < two.createdAt ? 1 : -1))
    return { items: items.slice(0, query.limit), total: items.length }
  }

  async job(_call: Call, id: string) {
    const found = this.#find(id)
    return found === undefined ? undefined : viewOf(found)
  }

  async jobRows(_call: Call, id: string, query: Parameters<Part['jobRows']>[2]) {
    const rows = this.#find(id)?.rows.filter(({ state }) => query.state?.includes(state) ?? true)
    return rows === undefined ? undefined : { items: rows.slice(0, query.limit), total: rows.length }
  }

  async jobTargets(_call: Call, id: string) {
    return this.#find(id)?.rows.map(({ cluster }) => ({ cluster }))
  }

  async healJob(call: Call, request: HealRequest) {
    const { targets } = await this.heal(call, request)
    const rows = targets.map((one): JobRowView => {
      const results = one.objects.map(({ object, outcome }) => ({ object, outcome }))
      return { cluster: one.cluster, asked: results.length, state: 'done', results, endedAt: now() }
    })
    return this.#begin('heal', call, request.reason, rows)
  }

  async reconcileJob(call: Call, request: ReconcileRequest) {
    this.written.push({ what: 'reconcile', call, input: request })
    const rows = (request.clusters ?? []).map(
      (cluster): JobRowView => ({
        cluster,
        asked: 0,
        state: 'done',
        results: [{ bundle: request.bundle ?? 'checkout', outcome: 'in-sync' }],
        endedAt: now(),
      }),
    )
    return this.#begin('reconcile', call, request.reason, rows)
  }

  async cancelJob(call: Call, id: string) {
    this.written.push({ what: 'cancel', call, input: id })
    const at = this.jobs_.findIndex(({ view }) => view.id === id)
    const found = this.jobs_[at]
    if (found === undefined) return undefined
    const { state } = found.view
    if (state !== 'running') {
      throw apiFailure('changed', `job ${id}: cannot be cancelled: it is ${state}, wanted running`)
    }
    const cancelled: JobInMemory = {
      view: { ...found.view, state: 'cancelled', cancelledBy: call.caller.name, endedAt: now() },
      rows: found.rows.map((row) => (row.state === 'waiting' ? { ...row, state: 'not-begun' } : row)),
    }
    this.jobs_[at] = cancelled
    return viewOf(cancelled)
  }

  #find(id: string): JobInMemory | undefined {
    return this.jobs_.find(({ view }) => view.id === id)
  }

  #begin(kind: JobView['kind'], call: Call, reason: string | undefined, rows: JobRowView[]): JobView {
    const held = this.holdJobs
    const job: JobInMemory = {
      view: {
        id: `j-${String(this.jobs_.length + 1)}`,
        kind,
        state: held ? 'running' : 'done',
        by: call.caller.name,
        ...(reason === undefined ? {} : { reason }),
        createdAt: now(),
        ...(held ? {} : { endedAt: now() }),
        bundles: [],
      },
      rows: held ? rows.map((row) => ({ ...row, state: 'waiting', results: [] })) : rows,
    }
    this.jobs_.push(job)
    return viewOf(job)
  }
}

function now(): string {
  return new Date().toISOString()
}

function viewOf({ view, rows }: JobInMemory): JobView {
  const { state, createdAt, endedAt } = view
  const { counts, total, perMinute, remainingMs } = progressOf(
    { state, createdAt, ...(endedAt === undefined ? {} : { endedAt }) },
    rows,
    Date.now(),
  )
  const { 'not-begun': notBegun, ...others } = counts
  return {
    ...view,
    counts: { total, ...others, notBegun },
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(remainingMs === undefined ? {} : { remainingMs }),
    mayCancel: view.state === 'running',
  }
}
