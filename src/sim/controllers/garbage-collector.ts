import { isList, type JsonMap, mapOf, mapsOf, textOf, textsOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { type Change, type StoredObject, uidOf, wholeOf } from '../store/index.ts'
import { merge, metadataOf, removeAs } from './acting.ts'
import type { Controller } from './controller.ts'

/** An owner as a reference names it. */
interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly blocks: boolean
}

/**
 * Deletes what nobody owns any more. An object that is deleted in the foreground waits for its dependents; one that
 * orphans them lets go of them first.
 */
export const garbageCollector: Controller = {
  watches: { '*': (change, cluster) => keysOf(change, cluster) },
  async reconcile(cluster, key) {
    const [what = '', storage = '', place = ''] = key.split(' ')
    if (what === 'finish') await finish(cluster, storage, place)
    else await collect(cluster, storage, place)
    return undefined
  },
}

function keysOf(change: Change, cluster: Cluster): readonly string[] {
  const { object, previous, resource, key } = change
  if (object === undefined) {
    const gone = previous === undefined ? '' : uidOf(previous)
    const orphans = cluster.dependents.of(gone).map((one) => `collect ${one.storage} ${one.key}`)
    return [...orphans, ...ownersWaiting(cluster, previous, key)]
  }
  const metadata = metadataOf(object)
  const isFinishing = metadata.deletionTimestamp !== undefined && isList(metadata.finalizers)
  return [
    ...(isFinishing ? [`finish ${resource} ${key}`] : []),
    ...(isList(metadata.ownerReferences) ? [`collect ${resource} ${key}`] : []),
  ]
}

/** The owners that may have waited for an object that is gone now. */
function ownersWaiting(cluster: Cluster, gone: StoredObject | undefined, key: string): readonly string[] {
  if (gone === undefined) return []
  return ownersOf(wholeOf(gone)).flatMap((owner) => {
    const at = placeOf(cluster, owner, key)
    return at === undefined ? [] : [`finish ${at.storage} ${at.key}`]
  })
}

/** Deletes an object all of whose owners are gone. */
async function collect(cluster: Cluster, storage: string, key: string): Promise<void> {
  const stored = cluster.store.get(storage, key)
  if (stored === undefined) return
  const owners = ownersOf(wholeOf(stored))
  if (owners.length === 0) return
  const isOwned = owners.some((owner) => {
    const at = placeOf(cluster, owner, key)
    // An owner of a kind that nobody serves may be anywhere.
    if (at === undefined) return true
    const found = cluster.store.get(at.storage, at.key)
    return found !== undefined && uidOf(found) === owner.uid
  })
  if (!isOwned) await removeAs(cluster, storage, key, { uid: uidOf(stored), propagationPolicy: 'Background' })
}

/** Does what the finalizers of the collector stand for, and takes them away when it is done. */
async function finish(cluster: Cluster, storage: string, key: string): Promise<void> {
  const stored = cluster.store.get(storage, key)
  if (stored === undefined) return
  const { deletionTimestamp, finalizers } = metadataOf(stored)
  if (deletionTimestamp === undefined || !isList(finalizers)) return
  const dependents = cluster.dependents.of(uidOf(stored))
  if (finalizers.includes('orphan')) {
    for (const { storage: ofStorage, key: at } of dependents)
      await release(cluster, ofStorage, at, uidOf(stored))
    await without(cluster, storage, key, 'orphan')
  } else if (finalizers.includes('foregroundDeletion')) {
    let blocking = 0
    for (const { storage: ofStorage, key: at } of dependents) {
      const dependent = cluster.store.get(ofStorage, at)
      if (dependent === undefined) continue
      const own = ownersOf(wholeOf(dependent)).find(({ uid }) => uid === uidOf(stored))
      if (metadataOf(dependent).deletionTimestamp === undefined) {
        // What owns something waits for that in its turn.
        const hasOwn = cluster.dependents.of(uidOf(dependent)).length > 0
        const propagationPolicy = hasOwn ? 'Foreground' : 'Background'
        await removeAs(cluster, ofStorage, at, { uid: uidOf(dependent), propagationPolicy })
      }
      if (own?.blocks === true && cluster.store.get(ofStorage, at) !== undefined) blocking += 1
    }
    if (blocking === 0) await without(cluster, storage, key, 'foregroundDeletion')
  }
}

/** Takes an owner out of an object. */
async function release(cluster: Cluster, storage: string, key: string, uid: string): Promise<void> {
  const dependent = cluster.store.get(storage, key)
  if (dependent === undefined) return
  const left = mapsOf(mapOf(wholeOf(dependent).metadata).ownerReferences).filter((one) => one.uid !== uid)
  await merge(cluster, storage, key, { metadata: { ownerReferences: left.length === 0 ? null : left } })
}

async function without(cluster: Cluster, storage: string, key: string, finalizer: string): Promise<void> {
  const stored = cluster.store.get(storage, key)
  if (stored === undefined) return
  const left = textsOf(metadataOf(stored).finalizers).filter((one) => one !== finalizer)
  await merge(cluster, storage, key, { metadata: { finalizers: left.length === 0 ? null : left } })
}

/** Where the owner of an object at `key` would be. */
function placeOf(
  { catalogue }: Cluster,
  { apiVersion, kind, name }: Owner,
  key: string,
): { storage: string; key: string } | undefined {
  const resource = catalogue.byKind(apiVersion, kind)
  if (resource === undefined) return undefined
  const slash = key.indexOf('/')
  if (resource.namespaced && slash < 0) return undefined
  return { storage: resource.storage, key: resource.namespaced ? `${key.slice(0, slash)}/${name}` : name }
}

function ownersOf({ metadata }: JsonMap): readonly Owner[] {
  return mapsOf(mapOf(metadata).ownerReferences).map((one) => ({
    apiVersion: textOf(one.apiVersion),
    kind: textOf(one.kind),
    name: textOf(one.name),
    uid: textOf(one.uid),
    blocks: one.blockOwnerDeletion === true,
  }))
}
