import {
  apiFailure,
  type Confirmation,
  type PlanQuery,
  type PlanSummary,
  type PlanView,
} from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import type { PlanRecord } from '../../../core/plan/index.ts'
import type { Call, Page } from '../../service.ts'
import { identityOf } from './cluster-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, fleetCluster, seesPlaced } from './in-scope.ts'

/** Newest first; those that wait where the query names no state. */
export async function listPlans(parts: HubParts, query: PlanQuery): Promise<Page<PlanSummary>> {
  const clusters = clustersInScope(parts, query).map(({ name }) => name)
  const filter = {
    clusters,
    states: query.state ?? (['waiting'] as const),
    within: readable(parts.grants),
    ...(query.bundle === undefined ? {} : { bundle: query.bundle }),
  }
  const { items, total, next } = await parts.store.plans.page(filter, query.limit, query.cursor)
  const summaries = items.flatMap((record) => summaryOf(parts, record) ?? [])
  return { items: summaries, total, ...(next === undefined ? {} : { next }) }
}

/** Undefined for a plan of a cluster that is not in the fleet any more: nobody could say how to guard it. */
export async function showPlan(parts: HubParts, id: string): Promise<PlanView | undefined> {
  const record = await parts.store.plans.get(id)
  return record === undefined ? undefined : planView(parts, record)
}

/**
 * Decides a plan that waits, in the name of the caller, and lets its cluster's engine look again. Throws `changed` when
 * it does not wait any more.
 */
export async function decidePlan(
  parts: HubParts,
  call: Call,
  id: string,
  decision: 'approved' | 'rejected',
  { reason }: Confirmation,
): Promise<PlanView | undefined> {
  if ((await showPlan(parts, id)) === undefined) return undefined
  const done = await parts.store.plans.decide(id, {
    decision,
    by: call.caller.name,
    at: new Date(parts.clock.now()).toISOString(),
    ...(reason === undefined ? {} : { reason }),
  })
  if (done === undefined) return undefined
  const { record, decided } = done
  const { cluster, bundle } = record.plan
  if (!decided) {
    throw apiFailure('changed', `plan ${id}: cannot be ${decision}: it is ${record.state}, wanted waiting`, {
      subject: `plan ${id}`,
      hint: 'look at the plans that wait now',
    })
  }
  await parts.events.record({
    type: `plan-${decision}`,
    cluster,
    bundle,
    message: `plan ${id}: ${decision}: ${record.plan.reasons.join('; ')}`,
    actor: call.caller.name,
    requestId: call.requestId,
    ...(reason === undefined ? {} : { reason }),
  })
  parts.pool.engine(cluster)?.reconcile(bundle)
  return planView(parts, record)
}

function planView(parts: HubParts, record: PlanRecord): PlanView | undefined {
  const summary = summaryOf(parts, record)
  if (summary === undefined) return undefined
  const { cluster, bundle } = record.plan
  const shown = record.plan.items.filter(({ ref: { namespace } }) =>
    allows(parts.grants, 'read', { cluster, bundle, namespace }),
  )
  const items = shown.map(({ action, ref, uid, fields, note }) => ({
    action,
    object: ref,
    ...(uid === undefined ? {} : { uid }),
    fields: fields.map((field) => ({ ...field })),
    ...(note === undefined ? {} : { note }),
  }))
  return { ...summary, items }
}

function summaryOf(parts: HubParts, record: PlanRecord): PlanSummary | undefined {
  const { plan, state, createdAt, decidedAt, decidedBy, decisionReason } = record
  const cluster = fleetCluster(parts, plan.cluster)
  if (cluster === undefined || !seesPlaced(parts, plan.cluster, plan.bundle)) return undefined
  const actions: Partial<Record<PlanRecord['plan']['items'][number]['action'], number>> = {}
  for (const { action } of plan.items) actions[action] = (actions[action] ?? 0) + 1
  return {
    id: plan.id,
    identity: identityOf(parts, cluster),
    clusterId: plan.clusterId,
    bundle: plan.bundle,
    revision: plan.revision,
    actions,
    reasons: [...plan.reasons],
    state,
    createdAt,
    ...(decidedAt === undefined ? {} : { decidedAt }),
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(decisionReason === undefined ? {} : { decisionReason }),
  }
}
