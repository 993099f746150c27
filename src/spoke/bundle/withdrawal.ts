import { keyOf } from '../../core/object/index.ts'
import type { InventoryEntry } from '../../core/inventory/index.ts'
import type { Assignment } from '../ports.ts'
import type { Session } from '../session/index.ts'
import type { Writer } from './apply-wanted.ts'
import type { BundleProgress } from './bundle-report.ts'
import type { Claims } from './claims.ts'
import { settleLeaving } from './leaving.ts'
import { objects, progressOf } from './progress.ts'
import { isCleared, propose, proposedDeletion, waitingReason } from './proposals.ts'
import type { Removal } from './removal.ts'

/** Takes a bundle off a cluster: a plan that names every object, then the deletions, then the apply set's parent. */
export class Withdrawal {
  readonly #writer: Writer
  readonly #claims: Claims
  readonly #removal: Removal

  constructor(writer: Writer, claims: Claims, removal: Removal) {
    this.#writer = writer
    this.#claims = claims
    this.#removal = removal
  }

  /** Gives up everything that the bundle holds, once somebody agreed. */
  async withdraw(assignment: Assignment, mayPrune: boolean): Promise<BundleProgress> {
    const { context } = this.#writer
    const { bundle } = assignment
    const session = context.session()
    const inventory = context.members.inventory(bundle)
    const moved = [...inventory.values()].filter((entry) => this.#hasMoved(bundle, entry))
    for (const entry of moved) inventory.delete(keyOf(entry.ref))
    if (moved.length > 0) await context.ports.journal.saveInventory(bundle, [...inventory.values()])
    const orphans = [...inventory.values()].filter(
      (entry) => (this.#claims.ownerOf(keyOf(entry.ref), undefined) ?? bundle) === bundle,
    )
    if (inventory.size === 0) {
      // A store that was lost knows no members: then those count that stand in the cluster.
      const recorded = await context.applySet(bundle).read(session)
      for (const entry of recorded ?? []) {
        if (!this.#hasMoved(bundle, entry)) inventory.set(keyOf(entry.ref), entry)
      }
      if (inventory.size > 0) {
        await context.ports.journal.saveInventory(bundle, [...inventory.values()])
        return await this.withdraw(assignment, mayPrune)
      }
      if (recorded !== undefined) await this.#removeSet(session, bundle)
      return { phase: 'withdrawn', refused: [] }
    }
    await this.#removal.orphan(bundle, mayPrune ? orphans : [])
    const { orphans: there, leaving } = mayPrune
      ? await settleLeaving(context, session, bundle, orphans)
      : { orphans, leaving: 0 }
    const removal = this.#removal.plan({ ...assignment, prune: 'confirm' }, there, mayPrune)
    const reason = assignment.withdrawn?.reason ?? 'the bundle was withdrawn'
    const items = removal.deletions.map((step) => proposedDeletion(step.entry, reason))
    if (items.length === 0) {
      if (inventory.size === 0) return await this.withdraw(assignment, mayPrune)
      const waits = leaving > 0 ? `${objects(leaving)} still there` : 'nothing can be deleted safely'
      return { phase: 'blocked', reason: waits, refused: [] }
    }
    const record = await propose(context, assignment, items, [reason])
    await context.ports.journal.supersedePlans(bundle, [record.plan.id])
    if (!isCleared(record)) return { phase: 'pending', reason: waitingReason(record), refused: [] }
    const pruned = await this.#removal.prune(session, assignment, removal, record)
    if (pruned.kept === 0) {
      await context.ports.journal.finishPlan(record.plan.id, 'executed', `${objects(items.length)} deleted`)
    }
    const left = { ...pruned, leaving: leaving + pruned.leaving }
    if (left.kept + left.leaving > 0) return progressOf([], [], 0, left)
    if (inventory.size === 0) await this.#removeSet(session, bundle)
    return { phase: 'withdrawn', refused: [] }
  }

  async #removeSet(session: Session, bundle: string): Promise<void> {
    const { context } = this.#writer
    context.assertWritable()
    await context.applySet(bundle).remove(session)
  }

  /** True for a recorded object that another bundle declares and holds by now. */
  #hasMoved(bundle: string, entry: InventoryEntry): boolean {
    const key = keyOf(entry.ref)
    const holder = this.#writer.context.members.get(key)?.bundle
    return holder !== undefined && holder !== bundle && this.#claims.ownerOf(key, holder) === holder
  }
}
