/**
 * The recorded members of an apply set, and what may be deleted because of them (engine §6, safety §1).
 *
 * Plans and refuses; never deletes. Key invariants: what is planned for deletion is recorded with its uid and
 * no longer desired; an incomplete render plans no deletion at all.
 */
export { applySetId } from './apply-set.ts'
export { deletionBlockedBy } from './deletion-blocked-by.ts'
export { type InventoryDiff, type InventoryEntry, inventoryDiff } from './inventory.ts'
export { ownedByAnotherTool } from './other-tool.ts'
export { planPrune, type PruneBound, type PrunePlan, type PruneRule, type PruneStep } from './prune-plan.ts'
