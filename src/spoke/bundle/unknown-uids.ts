import { eachLimited } from '../../runtime/index.ts'
import { applyEntryOf } from '../../core/drift/index.ts'
import { keyOf } from '../../core/object/index.ts'
import type { InventoryEntry } from '../../core/inventory/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { fieldManager, partOfLabel } from '../names.ts'
import type { Session } from '../session/index.ts'

/**
 * Recorded members whose first apply was never answered: those that are not there leave the inventory, those
 * that carry our entry and our set's label get their uid. Whatever else stands under the name stays untouched.
 */
export async function settleUnknownUids(
  context: EngineContext,
  session: Session,
  bundle: string,
  orphans: readonly InventoryEntry[],
): Promise<InventoryEntry[]> {
  const inventory = context.members.inventory(bundle)
  const setId = context.applySet(bundle).id
  let changed = false
  const settled = await eachLimited(orphans, 8, async (entry): Promise<InventoryEntry[]> => {
    if (entry.uid !== undefined) return [entry]
    const resource = session.resourceOf(entry.ref)
    if (resource === undefined) return [entry]
    const live = await session.client.get(resource, entry.ref.namespace, entry.ref.name)
    const ours =
      live?.metadata.labels?.[partOfLabel] === setId && applyEntryOf(live, fieldManager) !== undefined
    if (live !== undefined && ours && live.metadata.uid !== undefined) {
      const known = { ...entry, uid: live.metadata.uid }
      inventory.set(keyOf(entry.ref), known)
      changed = true
      return [known]
    }
    inventory.delete(keyOf(entry.ref))
    context.members.delete(keyOf(entry.ref))
    changed = true
    return []
  })
  if (changed) await context.ports.journal.saveInventory(bundle, [...inventory.values()])
  return settled.flat()
}
