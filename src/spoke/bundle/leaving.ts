import type { InventoryEntry } from '../../core/inventory/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Session } from '../session/index.ts'
import { forgetPruned } from './prune.ts'

const parallelReads = 8

/**
 * Tells the orphans that still have to be deleted from those that the cluster is deleting already, which only
 * have to be waited for: whoever agreed to a deletion is not asked again because a finalizer takes its time.
 * Those that are gone leave the inventory.
 */
export async function settleLeaving(
  context: EngineContext,
  session: Session,
  bundle: string,
  orphans: readonly InventoryEntry[],
): Promise<{ readonly orphans: InventoryEntry[]; readonly leaving: number }> {
  const states = await eachLimited(orphans, parallelReads, async (entry) => {
    const resource = session.resourceOf(entry.ref)
    if (resource === undefined || entry.uid === undefined) return 'there'
    const live = await session.client.get(resource, entry.ref.namespace, entry.ref.name)
    if (live === undefined) return 'gone'
    const { uid, deletionTimestamp } = live.metadata
    return uid === entry.uid && deletionTimestamp !== undefined ? 'leaving' : 'there'
  })
  const gone = orphans.filter((_, i) => states[i] === 'gone')
  if (gone.length > 0) {
    await forgetPruned(
      context,
      session,
      bundle,
      gone.map((entry) => ({ entry, outcome: 'gone', reason: 'it is gone' })),
    )
  }
  return {
    orphans: orphans.filter((_, i) => states[i] === 'there'),
    leaving: states.filter((state) => state === 'leaving').length,
  }
}
