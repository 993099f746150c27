import { inventoryDiff, type InventoryEntry, planPrune, type PrunePlan } from '../../core/inventory/index.ts'
import { keyOf, refOfKey } from '../../core/object/index.ts'
import type { PlanRecord } from '../../core/plan/index.ts'
import type { Assignment } from '../ports.ts'
import type { Session } from '../session/index.ts'
import type { Writer } from './apply-wanted.ts'
import type { Claims } from './claims.ts'
import { forgetPruned, type Pruned, pruneObjects } from './prune.ts'
import type { Wanted } from './resolve.ts'

/** What is left of a removal: objects that could not be deleted, with the first reason, and those on their way. */
export interface Removed {
  readonly kept: number
  readonly leaving: number
  readonly why: string
}

/** What a bundle holds and must not hold any more: found by the inventory, planned, and deleted last. */
export class Removal {
  readonly #writer: Writer
  readonly #claims: Claims

  constructor(writer: Writer, claims: Claims) {
    this.#writer = writer
    this.#claims = claims
  }

  /** Recorded members that the rendering lacks and that no other bundle declares. */
  orphansOf(
    bundle: string,
    wanted: readonly Wanted[],
    refused: readonly { readonly key: string }[],
  ): InventoryEntry[] {
    const { members } = this.#writer.context
    const fallback = this.#writer.context.assignment(bundle)?.namespace ?? 'default'
    // The namespace of an object of an unknown kind is not settled: every reading protects it.
    const unsettled = refused.flatMap(({ key }) => {
      const ref = refOfKey(key)
      return [ref, { ...ref, namespace: '' }, { ...ref, namespace: fallback }]
    })
    const declared = [...wanted.map(({ target }) => target.ref), ...unsettled]
    return inventoryDiff([...members.inventory(bundle).values()], declared).orphans.filter(({ ref }) => {
      const owner = this.#claims.ownerOf(keyOf(ref), undefined)
      return owner === undefined || owner === bundle
    })
  }

  /** What no rendering declares any more has no drift: nothing may bring it back while it is pruned. */
  async orphan(bundle: string, orphans: readonly InventoryEntry[]): Promise<void> {
    const { context, book, observer } = this.#writer
    const keys = new Set(orphans.map(({ ref }) => keyOf(ref)))
    for (const member of context.members.ofBundle(bundle)) {
      const before = member.orphaned
      member.orphaned = keys.has(member.key)
      if (member.orphaned && member.drift !== undefined) await book.release(member)
      // Declared again: what was done to it meanwhile counts.
      if (before && !member.orphaned) await observer.check(member)
    }
  }

  /** What may be deleted of the orphans, and who has to agree. */
  plan(assignment: Assignment, orphans: readonly InventoryEntry[], mayPrune: boolean): PrunePlan {
    return planPrune({
      orphans,
      rule: assignment.prune,
      total: this.#writer.context.members.inventory(assignment.bundle).size,
      bound: assignment.pruneBound,
      renderComplete: mayPrune,
    })
  }

  /** Deletes what an approved plan names, once what is known of it is of the state that the cluster holds. */
  async prune(
    session: Session,
    assignment: Assignment,
    removal: PrunePlan,
    record: PlanRecord,
  ): Promise<Removed> {
    const { context } = this.#writer
    await context.applySet(assignment.bundle).fence(session)
    const planned = new Set(record.plan.items.map((item) => item.uid))
    const entries = removal.deletions.map(({ entry }) => entry).filter((entry) => planned.has(entry.uid))
    const outdated = await context.outdated(entries)
    if (outdated !== undefined) return { kept: entries.length, leaving: 0, why: outdated }
    const pruned = await pruneObjects(context, session, entries)
    await forgetPruned(context, session, assignment.bundle, pruned)
    const count = (wanted: Pruned['outcome']) => pruned.filter(({ outcome }) => outcome === wanted).length
    const why = pruned.find(({ outcome }) => outcome === 'kept')?.reason ?? ''
    return { kept: count('kept'), leaving: count('leaving'), why }
  }
}
