import type { SelectQueryBuilder } from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import type { Plan, PlanRecord, PlanState } from '../../core/plan/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'
import { isAfter, pageOf } from './newest-page.ts'
import { noRow } from './no-row.ts'
import type { Queries, Schema } from './schema.ts'
import { withinAny } from './within.ts'

export interface PlanFilter {
  readonly clusters?: readonly string[]
  readonly bundle?: string
  readonly states?: readonly PlanState[]
  /** Only what lies within one of these. */
  readonly within?: readonly Limit[] | undefined
}

export interface Decision {
  readonly decision: 'approved' | 'rejected'
  readonly by: string
  readonly reason?: string
  readonly at: string
}

export class PlanTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async get(id: string): Promise<PlanRecord | undefined> {
    return this.#database.read((queries) => readPlan(queries, id))
  }

  /** Newest first, those after `cursor`. */
  async page(
    filter: PlanFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ items: PlanRecord[]; total: number; next?: string }> {
    return this.#database.read(async (queries) => {
      const matching = restrict(queries.selectFrom('plan'), filter)
      const counted = await matching
        .select((count) => count.fn.countAll<number>().as('total'))
        .executeTakeFirst()
      const rows = await matching
        .where(isAfter('created_at', cursor))
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const { shown, ...more } = pageOf(rows, limit, (row) => row.created_at)
      return {
        items: shown.map(recordOf),
        total: Number(counted?.total ?? 0),
        ...more,
      }
    })
  }

  /**
   * Decides a plan that waits. Answers undefined when there is no such plan, and `decided: false` with the record as
   * it is when it does not wait any more.
   */
  async decide(
    id: string,
    decision: Decision,
  ): Promise<{ record: PlanRecord; decided: boolean } | undefined> {
    return this.#database.write(async (queries) => {
      const done = await queries
        .updateTable('plan')
        .set({
          state: decision.decision,
          decided_at: decision.at,
          decided_by: decision.by,
          decision_reason: decision.reason ?? null,
        })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .executeTakeFirst()
      const record = await readPlan(queries, id)
      return record === undefined ? undefined : { record, decided: done.numUpdatedRows > 0n }
    })
  }
}

/**
 * Keeps a plan, or answers the record of the equal plan that is known. A decision on it holds: a waiting, approved,
 * automatic or rejected plan stays what it is, and one that failed after an approval is approved still. One
 * that was executed or superseded is proposed anew, because the situation it was made for has come back.
 */
export async function proposePlan(
  queries: Queries,
  plan: Plan,
  initial: 'waiting' | 'automatic',
  now: string,
): Promise<PlanRecord> {
  const known = await readPlan(queries, plan.id)
  if (known === undefined) {
    const { id, cluster, bundle } = plan
    const row = { id, cluster, bundle, state: initial, created_at: now, body: toText(plan) }
    await queries
      .insertInto('plan')
      .values({ ...row, ...undecided })
      .execute()
    return { plan, state: initial, createdAt: now }
  }
  const { state } = known
  const retried = state === 'failed' && known.decidedBy !== undefined
  if (state !== 'executed' && state !== 'superseded' && state !== 'failed') return known
  const next: PlanState = retried ? 'approved' : initial
  const columns = retried ? { finished_at: null, detail: null } : { ...undecided, created_at: now }
  await queries
    .updateTable('plan')
    .set({ ...columns, state: next })
    .where('id', '=', plan.id)
    .execute()
  return retried ? { ...known, state: next } : { plan, state: next, createdAt: now }
}

export async function supersedePlans(
  queries: Queries,
  cluster: string,
  bundle: string,
  keep: readonly string[],
): Promise<void> {
  const stale = queries
    .updateTable('plan')
    .set({ state: 'superseded' })
    .where('cluster', '=', cluster)
    .where('bundle', '=', bundle)
    .where('state', 'in', ['waiting', 'approved'])
  await (keep.length === 0 ? stale : stale.where('id', 'not in', keep)).execute()
}

export async function finishPlan(
  queries: Queries,
  cluster: string,
  id: string,
  state: 'executed' | 'failed',
  finished: { readonly at: string; readonly detail: string },
): Promise<void> {
  await queries
    .updateTable('plan')
    .set({ state, finished_at: finished.at, detail: finished.detail })
    .where('id', '=', id)
    .where('cluster', '=', cluster)
    .execute()
}

const undecided = {
  decided_at: null,
  decided_by: null,
  decision_reason: null,
  finished_at: null,
  detail: null,
}

async function readPlan(queries: Queries, id: string): Promise<PlanRecord | undefined> {
  const row = await queries.selectFrom('plan').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : recordOf(row)
}

function recordOf(row: Schema['plan']): PlanRecord {
  return {
    plan: fromText<Plan>(row.body),
    state: row.state as PlanState,
    createdAt: row.created_at,
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decision_reason === null ? {} : { decisionReason: row.decision_reason }),
  }
}

function restrict<Output>(
  query: SelectQueryBuilder<Schema, 'plan', Output>,
  filter: PlanFilter,
): SelectQueryBuilder<Schema, 'plan', Output> {
  const { clusters, states } = filter
  let matching = query
  if (clusters !== undefined) {
    matching = matching.where(clusters.length === 0 ? noRow : (where) => where('cluster', 'in', clusters))
  }
  if (states !== undefined) {
    matching = matching.where(states.length === 0 ? noRow : (where) => where('state', 'in', states))
  }
  if (filter.within !== undefined) matching = matching.where(withinAny(filter.within, undefined))
  if (filter.bundle !== undefined) matching = matching.where('bundle', '=', filter.bundle)
  return matching
}
