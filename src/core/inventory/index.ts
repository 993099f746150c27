/**
 * The recorded members of an apply set, and what may be deleted because of them (engine §6, safety §1).
 *
 * Plans and refuses; never deletes. Key invariants: what is planned for deletion is recorded with its uid and
 * no longer desired; an incomplete render plans no deletion at all.
 */
export type { InventoryDiff, InventoryEntry } from './inventory.ts'
export type { PruneBound, PrunePlan, PruneStep } from './prune-plan.ts'
