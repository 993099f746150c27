import type { FieldPath } from '../fields/index.ts'
import type { KubeObject, ManagedFieldsEntry } from '../object/index.ts'
import { applyEntryOf, fieldsOfEntry, othersOf } from './owners.ts'
import type { Receipt } from './receipt.ts'

/** A field that we hold together with others: removing it from Git will not remove it from the cluster. */
export interface CoOwned {
  readonly path: FieldPath
  /** Newest first. */
  readonly holders: readonly ManagedFieldsEntry[]
}

/** The own fields that others hold as well (engine §3: information, no finding). */
export function coOwners(live: KubeObject, receipt: Receipt, manager: string): CoOwned[] {
  const shared: CoOwned[] = []
  const ours = fieldsOfEntry(applyEntryOf(live, manager))
  const others = othersOf(live, manager)
  if (others.length === 0) return shared
  for (const path of receipt.own.paths.paths) {
    if (!ours.has(path)) continue
    const holders = others.filter(({ fields }) => fields.has(path)).map(({ entry }) => entry)
    if (holders.length > 0) shared.push({ path, holders })
  }
  return shared
}
