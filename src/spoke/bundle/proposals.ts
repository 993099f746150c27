import { reasonOf } from '../../core/failure.ts'
import type { InventoryEntry, PrunePlan } from '../../core/inventory/index.ts'
import { canonicalJson, type Json } from '../../core/object/index.ts'
import { fieldChanges, type Plan, type PlanItem, type PlanRecord } from '../../core/plan/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { fieldManager } from '../names.ts'
import type { Assignment } from '../ports.ts'
import type { Session } from '../session/index.ts'
import { afterAdoption } from './adoption-preview.ts'
import type { Write } from './apply-wanted.ts'

const parallelDryRuns = 16

/** One thing that a plan would do, with what makes this very proposal different from an earlier one. */
export interface ProposedItem extends PlanItem {
  /** The state that the item starts from: a receipt's resourceVersion, or a uid. */
  readonly base: string
}

/**
 * Stores a proposal and answers what was decided about it. The id is a hash of what it would do to which
 * state, so that a decision holds for exactly that, and for nothing that comes later.
 */
export async function propose(
  context: EngineContext,
  assignment: Assignment,
  items: readonly ProposedItem[],
  reasons: readonly string[],
): Promise<PlanRecord> {
  const { ports, name } = context
  const clusterId = context.session().clusterId
  const essence = {
    cluster: name,
    clusterId,
    bundle: assignment.bundle,
    variant: assignment.variant,
    items: items.map(({ action, ref, uid, base }) => ({ action, ref: { ...ref }, uid: uid ?? '', base })),
  }
  const plan: Plan = {
    id: `p-${ports.keys.hash128(canonicalJson(essence as unknown as Json)).slice(0, 12)}`,
    cluster: name,
    clusterId,
    bundle: assignment.bundle,
    revision: assignment.revision,
    variant: assignment.variant,
    items: items.map(({ base: _base, ...item }) => item),
    reasons,
  }
  const record = await ports.journal.proposePlan(plan, reasons.length === 0 ? 'automatic' : 'waiting')
  if (record.state === 'waiting') {
    const message = `bundle ${assignment.bundle}: plan ${plan.id} waits for approval: ${record.plan.reasons.join('; ')}`
    context.emit({ type: 'plan', bundle: assignment.bundle, message })
  }
  return record
}

/** True when the plan may be executed. */
export function isCleared(record: PlanRecord): boolean {
  return record.state === 'approved' || record.state === 'automatic'
}

/** Why a plan is not executed, for the bundle's status. */
export function waitingReason(record: PlanRecord): string {
  const { id } = record.plan
  if (record.state === 'rejected') {
    const by = record.decidedBy === undefined ? '' : ` by ${record.decidedBy}`
    return `plan ${id} was rejected${by}${record.decisionReason === undefined ? '' : `: ${record.decisionReason}`}`
  }
  return `plan ${id} waits for approval: ${record.plan.reasons.join('; ')}`
}

/** What was decided about one pass over a bundle. */
export interface Asked {
  /** Keys of the objects that may be written. */
  readonly cleared: ReadonlySet<string>
  /** Why the rest waits, as sentences. */
  readonly waiting: readonly string[]
  readonly changes: PlanRecord | undefined
  readonly removal: PlanRecord | undefined
}

/** Proposes what must be proposed, and tells which writes may go out. `underWay` is a plan that is being executed. */
export async function ask(
  context: EngineContext,
  session: Session,
  assignment: Assignment,
  writes: readonly Write[],
  removal: PrunePlan,
  underWay: string | undefined,
): Promise<Asked> {
  const asking = assignment.mode === 'ask'
  const adopting = writes.some((write) => write.action === 'adopt')
  const confirmed = writes.filter((write) => asking || write.action === 'adopt')
  const cleared = new Set(
    writes.filter((write) => !confirmed.includes(write)).map((write) => write.wanted.key),
  )
  const waiting: string[] = []
  let changes: PlanRecord | undefined
  if (confirmed.length > 0) {
    const reasons = [
      ...(asking ? [`mode ask: ${confirmed.length} objects change`] : []),
      ...(adopting ? ['objects exist that the bundle would take over'] : []),
    ]
    const items = await eachLimited(confirmed, parallelDryRuns, (write) =>
      proposedWrite(context, session, write),
    )
    changes = await propose(context, assignment, items, reasons)
    if (isCleared(changes)) for (const write of confirmed) cleared.add(write.wanted.key)
    else waiting.push(waitingReason(changes))
  }
  let removals: PlanRecord | undefined
  if (removal.deletions.length > 0) {
    const items = removal.deletions.map(({ entry, reason }) => proposedDeletion(entry, reason))
    const reasons = [...removal.confirm, ...(asking ? ['mode ask: objects are deleted'] : [])]
    removals = await propose(context, assignment, items, reasons)
    if (!isCleared(removals)) waiting.push(waitingReason(removals))
  }
  const proposed = [changes, removals].flatMap((record) => (record === undefined ? [] : [record.plan.id]))
  const kept = underWay === undefined ? proposed : [...proposed, underWay]
  await context.ports.journal.supersedePlans(assignment.bundle, kept)
  return { cleared, waiting, changes, removal: removals }
}

export function proposedDeletion(entry: InventoryEntry, reason: string): ProposedItem {
  return {
    action: 'delete',
    ref: entry.ref,
    ...(entry.uid === undefined ? {} : { uid: entry.uid }),
    fields: [],
    note: reason,
    base: entry.uid ?? '',
  }
}

/** A write with the fields that it changes, from a dry-run where the server grants one. */
async function proposedWrite(context: EngineContext, session: Session, write: Write): Promise<ProposedItem> {
  const { target, content } = write.wanted
  const { resource, object, ref } = target
  if (content.hook !== undefined) {
    // Replaced as a whole where it stands: there is nothing to compare it with.
    const { when } = content.hook
    return {
      action: 'create',
      ref,
      fields: [],
      note: `hook: runs ${when} the other objects`,
      base: content.hash,
    }
  }
  const member = context.members.get(write.wanted.key)
  const live = write.live ?? (await session.client.get(resource, ref.namespace, ref.name))
  const dryRun = { manager: fieldManager, force: true, dryRun: true }
  const after = await session.client.apply(resource, object, dryRun).then(
    (reply) => ({ object: reply.object, note: undefined }),
    (error: unknown) => ({ object, note: `dry-run: ${reasonOf(error)}` }),
  )
  const adopting = write.action === 'adopt' && live !== undefined && after.note === undefined
  const result = adopting ? await afterAdoption(session, target, live, after.object) : after.object
  const fields = live === undefined ? [] : fieldChanges(live, result)
  const uid = live?.metadata.uid
  const base = `${member?.receipt?.resourceVersion ?? uid ?? ''} ${content.hash}`
  return {
    action: write.action,
    ref,
    ...(uid === undefined ? {} : { uid }),
    fields,
    ...(after.note === undefined ? {} : { note: after.note }),
    // Whoever agrees to an adoption agrees to these very changes of somebody's object.
    base: adopting ? `${base} ${canonicalJson(fields.map((field) => ({ ...field })))}` : base,
  }
}
