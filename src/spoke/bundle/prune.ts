import { reasonOf } from '../../core/failure.ts'
import { deletionBlockedBy, type InventoryEntry } from '../../core/inventory/index.ts'
import { keyOf, nameOf } from '../../core/object/index.ts'
import { isKubeFailure } from '../../kube/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { fieldManager } from '../names.ts'
import type { Session } from '../session/index.ts'

/** What came of one recorded object that is to go. */
export interface Pruned {
  readonly entry: InventoryEntry
  /**
   * gone: it is not there any more; released: it is ours no longer; both leave the inventory. leaving: it is being
   * deleted; kept: it could not be; both stay recorded and are looked at again.
   */
  readonly outcome: 'gone' | 'released' | 'leaving' | 'kept'
  readonly reason?: string
}

/**
 * Deletes recorded objects, in the given order. Each is read first, quorum, and deleted only as the very
 * object in the very state that was read: uid and resourceVersion are preconditions (engine §6, incident 20).
 */
export async function pruneObjects(
  context: EngineContext,
  session: Session,
  entries: readonly InventoryEntry[],
): Promise<Pruned[]> {
  const results: Pruned[] = []
  for (const entry of entries) {
    context.assertWritable()
    results.push(await pruneOne(session, entry))
  }
  return results
}

async function pruneOne(session: Session, entry: InventoryEntry): Promise<Pruned> {
  const { ref } = entry
  const version = entry.apiVersion.slice(entry.apiVersion.indexOf('/') + 1)
  const resource = session.resourceOf(ref, version) ?? session.resourceOf(ref)
  if (resource === undefined) {
    const gap = session.discovery.gapFor(ref.group, ref.kind)
    // The kind is certainly not served: its objects went with it (incident 28).
    if (gap === undefined) return { entry, outcome: 'gone', reason: 'its kind is not served any more' }
    return {
      entry,
      outcome: 'kept',
      reason: `cannot tell whether it is there: ${gap.groupVersion}: ${gap.message}`,
    }
  }
  try {
    const live = await session.client.get(resource, ref.namespace, ref.name)
    if (live === undefined) return { entry, outcome: 'gone' }
    const blocked = deletionBlockedBy(live, entry, fieldManager)
    if (blocked !== undefined) return { entry, outcome: 'released', reason: blocked }
    const coOwner = live.metadata.managedFields?.find(
      ({ manager, operation, subresource }) =>
        operation === 'Apply' && manager !== fieldManager && (subresource ?? '') === '',
    )
    if (coOwner !== undefined) {
      return { entry, outcome: 'released', reason: `"${coOwner.manager}" applies it too` }
    }
    const { uid, resourceVersion } = live.metadata
    if (uid === undefined || uid !== entry.uid)
      return { entry, outcome: 'kept', reason: 'its uid is not recorded' }
    if (live.metadata.deletionTimestamp === undefined) {
      await session.client.delete(resource, ref.namespace, ref.name, {
        uid,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        propagation: 'Background',
      })
    }
    const left = await session.client.get(resource, ref.namespace, ref.name)
    if (left === undefined || left.metadata.uid !== uid) return { entry, outcome: 'gone' }
    const finalizers = left.metadata.finalizers?.join(', ') ?? 'its contents'
    return { entry, outcome: 'leaving', reason: `waits for ${finalizers}` }
  } catch (error) {
    if (isKubeFailure(error, 'not-found')) return { entry, outcome: 'gone' }
    return { entry, outcome: 'kept', reason: reasonOf(error) }
  }
}

/**
 * Takes pruned objects out of the cluster's record, then out of memory and journal: what the journal holds is looked
 * at again after a crash, what only the cluster holds is not. What was kept stays recorded.
 */
export async function forgetPruned(
  context: EngineContext,
  session: Session,
  bundle: string,
  pruned: readonly Pruned[],
): Promise<void> {
  const inventory = context.members.inventory(bundle)
  const left = pruned
    .filter(({ outcome }) => outcome === 'gone' || outcome === 'released')
    .map(({ entry }) => keyOf(entry.ref))
  if (left.length > 0) {
    context.assertWritable()
    const gone = new Set(left)
    const remaining = [...inventory].flatMap(([key, entry]) => (gone.has(key) ? [] : [entry]))
    await context.applySet(bundle).record(session, remaining)
    for (const key of left) {
      inventory.delete(key)
      context.members.delete(key)
    }
    await context.ports.journal.dropReceipts(left)
    await context.ports.journal.saveInventory(bundle, [...inventory.values()])
  }
  for (const { entry, outcome, reason } of pruned) {
    const name = nameOf(entry.ref)
    const why = reason === undefined ? '' : `: ${reason}`
    if (outcome === 'leaving') continue
    context.emit({
      type: outcome === 'gone' ? 'pruned' : 'prune-skipped',
      bundle,
      key: keyOf(entry.ref),
      message: outcome === 'gone' ? `${name}: deleted${why}` : `${name}: not deleted${why}`,
    })
  }
}
