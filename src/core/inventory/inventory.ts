import type { ObjectRef } from '../object/index.ts'

/** One recorded member of an apply set. */
export interface InventoryEntry {
  readonly apiVersion: string
  readonly ref: ObjectRef
  /** Undefined until a server has answered the first apply. */
  readonly uid: string | undefined
}

/** How the recorded members and the desired objects meet. */
export interface InventoryDiff {
  readonly kept: readonly InventoryEntry[]
  readonly added: readonly ObjectRef[]
  /** Recorded, no longer desired. */
  readonly orphans: readonly InventoryEntry[]
}
