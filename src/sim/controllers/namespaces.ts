import { mapOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { mustWrite } from '../verbs/write.ts'
import { controllerManager, keyOfObject, metadataOf, objectAt, removeAs } from './acting.ts'
import { type Controller, itself } from './controller.ts'

/** Empties namespaces that are deleted, and lets them go when nothing is left in them. */
export const namespaces: Controller = {
  watches: {
    namespaces: itself,
    '*': ({ key, object }, { store }) => {
      const slash = object === undefined ? key.indexOf('/') : -1
      if (slash < 0) return []
      const namespace = store.get('namespaces', key.slice(0, slash))
      const isGoing = namespace !== undefined && metadataOf(namespace).deletionTimestamp !== undefined
      return isGoing ? [key.slice(0, slash)] : []
    },
  },
  async reconcile(cluster, name) {
    const namespace = objectAt(cluster, 'namespaces', name)
    if (namespace === undefined || mapOf(namespace.metadata).deletionTimestamp === undefined) return undefined
    if (!(await empty(cluster, name))) return undefined
    const resource = cluster.catalogue.byStorage('namespaces')
    if (resource === undefined) return undefined
    await mustWrite(cluster, {
      resource,
      method: 'PUT',
      subresource: 'finalize',
      namespace: '',
      name,
      query: '',
      contentType: 'application/json',
      userAgent: 'kube-controller-manager',
      user: controllerManager,
      body: Buffer.from(JSON.stringify({ ...namespace, spec: { finalizers: [] } })),
    })
    return undefined
  },
}

/** Deletes everything in a namespace; true when there is nothing left. */
async function empty(cluster: Cluster, namespace: string): Promise<boolean> {
  let left = 0
  for (const storage of cluster.store.resources()) {
    if (cluster.catalogue.byStorage(storage)?.namespaced !== true) continue
    for (const { shape } of cluster.store.page(storage, { namespace }).objects) {
      if (mapOf(shape.metadata).deletionTimestamp === undefined)
        await removeAs(cluster, storage, keyOfObject(shape), { propagationPolicy: 'Background' })
    }
    left += cluster.store.page(storage, { namespace }).objects.length
  }
  return left === 0
}
