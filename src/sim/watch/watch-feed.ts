import type { Change, ClusterStore, StoredObject } from '../store/index.ts'
import type { Selection } from './selection.ts'

/** One thing that happened, as a watch tells it. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: StoredObject
}

/**
 * What a change is to a watch with selectors: an object that begins to match was added, one that ceases to match was
 * deleted (in its old state, under the new revision). Undefined when the watch does not concern it.
 */
export function eventOf(change: Change, selection: Selection): WatchEvent | undefined {
  const { namespace } = selection
  if (namespace !== undefined && !change.key.startsWith(`${namespace}/`)) return undefined
  const { object, previous, revision } = change
  const before = previous !== undefined && selection.matches(previous)
  const now = object !== undefined && selection.matches(object)
  if (object !== undefined && now) return { type: before ? 'MODIFIED' : 'ADDED', object }
  if (previous === undefined || !before) return undefined
  return { type: 'DELETED', object: { ...previous, revision } }
}

/**
 * Calls `listener` with every event after a revision, those of the past at once, and then as they happen. The revision is
 * not below the store's floor. The answer ends it.
 */
export function follow(
  store: ClusterStore,
  resource: string,
  selection: Selection,
  revision: number,
  listener: (event: WatchEvent) => void,
): () => void {
  const take = (change: Change): void => {
    const event = change.resource === resource ? eventOf(change, selection) : undefined
    if (event !== undefined) listener(event)
  }
  for (const change of store.since(revision)) take(change)
  return store.subscribe(resource, take)
}
