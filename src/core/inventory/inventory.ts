import { keyOf, type ObjectRef } from '../object/index.ts'

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

/** Compares by ref alone: the same object in another version of its group is the same object. */
export function inventoryDiff(
  recorded: readonly InventoryEntry[],
  desired: readonly ObjectRef[],
): InventoryDiff {
  const wanted = new Set(desired.map(keyOf))
  const known = new Set(recorded.map(({ ref }) => keyOf(ref)))
  return {
    kept: recorded.filter(({ ref }) => wanted.has(keyOf(ref))),
    added: desired.filter((ref) => !known.has(keyOf(ref))),
    orphans: recorded.filter(({ ref }) => !wanted.has(keyOf(ref))),
  }
}
