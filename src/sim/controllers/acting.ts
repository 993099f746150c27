import { type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { User } from '../access/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import type { ServedResource } from '../discovery/index.ts'
import { type StoredObject, wholeOf } from '../store/index.ts'
import { Refusal } from '../verbs/refusal.ts'
import { mustWrite, type WriteIntent } from '../verbs/write.ts'

const manager = 'kube-controller-manager'

/** As whom the controllers of a cluster write. */
export const controllerManager: User = {
  name: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
}

/** How controllers write: as anybody does, through the object handling, under the name of their program. */
function resourceOf(cluster: Cluster, storage: string): ServedResource {
  const resource = cluster.catalogue.byStorage(storage)
  if (resource === undefined) throw new Error(`${storage} is not served`)
  return resource
}

/** Creates an object; does nothing when there is one of that name already. */
export async function create(cluster: Cluster, storage: string, object: JsonMap): Promise<void> {
  const { name, namespace } = mapOf(object.metadata)
  const key = namespace === undefined ? textOf(name) : `${textOf(namespace)}/${textOf(name)}`
  if (cluster.store.get(storage, key) !== undefined) return
  await mustWrite(cluster, {
    ...placeOf(cluster, storage, key),
    method: 'POST',
    name: '',
    subresource: '',
    query: '',
    contentType: 'application/json',
    userAgent: manager,
    body: Buffer.from(JSON.stringify(object)),
  })
}

/** Merges a patch into an object, or into what a subresource of it stands for. */
export async function merge(
  cluster: Cluster,
  storage: string,
  key: string,
  patch: JsonMap,
  subresource = '',
  as = manager,
): Promise<void> {
  await mustWrite(cluster, {
    ...placeOf(cluster, storage, key),
    method: 'PATCH',
    subresource,
    query: '',
    contentType: 'application/merge-patch+json',
    userAgent: as,
    body: Buffer.from(JSON.stringify(patch)),
  })
}

export interface RemoveOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly uid?: string
  readonly gracePeriodSeconds?: number
}

/** Deletes an object, if it is still there and still the one with that uid. */
export async function removeAs(
  cluster: Cluster,
  storage: string,
  key: string,
  { uid, ...options }: RemoveOptions = {},
): Promise<void> {
  const wanted = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...options,
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  }
  try {
    await mustWrite(cluster, {
      ...placeOf(cluster, storage, key),
      method: 'DELETE',
      subresource: '',
      query: '',
      contentType: 'application/json',
      userAgent: manager,
      body: Buffer.from(JSON.stringify(wanted)),
    })
  } catch (error) {
    if (!(error instanceof Refusal) || (error.code !== 404 && error.code !== 409)) throw error
  }
}

function placeOf(
  cluster: Cluster,
  storage: string,
  key: string,
): Pick<WriteIntent, 'resource' | 'namespace' | 'name' | 'user'> {
  const slash = key.indexOf('/')
  return {
    resource: resourceOf(cluster, storage),
    namespace: slash < 0 ? '' : key.slice(0, slash),
    name: key.slice(slash + 1),
    user: controllerManager,
  }
}

/** The metadata of a stored object, as far as it is shared. */
export function metadataOf({ shape }: StoredObject): JsonMap {
  return mapOf(shape.metadata)
}

/** Where an object is kept in its resource. */
export function keyOfObject({ metadata }: JsonMap): string {
  const { namespace, name } = mapOf(metadata)
  return namespace === undefined ? textOf(name) : `${textOf(namespace)}/${textOf(name)}`
}

/** The whole object at a key; undefined when there is none. */
export function objectAt(cluster: Cluster, storage: string, key: string): JsonMap | undefined {
  const stored = cluster.store.get(storage, key)
  return stored === undefined ? undefined : wholeOf(stored)
}
