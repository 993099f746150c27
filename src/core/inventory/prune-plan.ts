import type { InventoryEntry } from './inventory.ts'

/** How many deletions of one apply need nobody's approval (safety I3); reaching either bound is still within it. */
export interface PruneBound {
  readonly maxObjects: number
  /** Of the recorded members, 0–100. One object is always within this bound. */
  readonly maxPercent: number
}

/** What pruning would do; deciding and doing are the caller's. */
export interface PrunePlan {
  /** In the order in which they must be deleted. */
  readonly deletions: readonly PruneStep[]
  /** Why somebody must approve the deletions; empty where nobody needs to. */
  readonly confirm: readonly string[]
  /** Orphans that stay recorded and are not deleted. */
  readonly skipped: readonly PruneStep[]
}

export interface PruneStep {
  readonly entry: InventoryEntry
  readonly reason: string
}
