import { type JsonMap, mapOf, textsOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { mustWrite } from '../verbs/write.ts'
import { controllerManager, keyOfObject, merge, metadataOf, objectAt, removeAs } from './acting.ts'
import { conditionIn } from './condition.ts'
import { type Controller, itself } from './controller.ts'

/** What is left of a namespace that is deleted: how many objects by resource, and how many wait for which finalizer. */
interface Remaining {
  readonly resources: ReadonlyMap<string, number>
  readonly finalizers: ReadonlyMap<string, number>
  /** Nothing else is deleted as long as there are pods. */
  readonly hasPods: boolean
}

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
    const remaining = await empty(cluster, name)
    await tellConditions(cluster, name, mapOf(namespace.status), remaining)
    const told = objectAt(cluster, 'namespaces', name)
    const resource = cluster.catalogue.byStorage('namespaces')
    if (remaining.resources.size > 0 || told === undefined || resource === undefined) return undefined
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
      body: Buffer.from(JSON.stringify({ ...told, spec: { finalizers: [] } })),
    })
    return undefined
  },
}

/** Deletes everything in a namespace, pods first; the answer is what is still there. */
async function empty(cluster: Cluster, namespace: string): Promise<Remaining> {
  const resources = new Map<string, number>()
  const finalizers = new Map<string, number>()
  const others = cluster.store.resources().filter((storage) => storage !== 'pods')
  for (const storage of ['pods', ...others]) {
    if (cluster.catalogue.byStorage(storage)?.namespaced !== true) continue
    for (const { shape } of cluster.store.page(storage, { namespace }).objects) {
      if (mapOf(shape.metadata).deletionTimestamp === undefined)
        await removeAs(cluster, storage, keyOfObject(shape), { propagationPolicy: 'Background' })
    }
    const left = cluster.store.page(storage, { namespace }).objects
    if (left.length > 0) resources.set(storage, left.length)
    for (const finalizer of left.flatMap((one) => textsOf(metadataOf(one).finalizers)))
      finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
    if (storage === 'pods' && left.length > 0) break
  }
  return { resources, finalizers, hasPods: resources.has('pods') }
}

/** Source: Kubernetes, pkg/controller/namespace/deletion/status_condition_utils.go. */
const fine = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  [
    'NamespaceDeletionGroupVersionParsingFailure',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ],
  [
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
] as const

/** Says on a namespace what keeps it from going. */
async function tellConditions(
  cluster: Cluster,
  name: string,
  status: JsonMap,
  { resources, finalizers, hasPods }: Remaining,
): Promise<void> {
  const listed = (counts: ReadonlyMap<string, number>, of: (name: string) => string): string =>
    [...counts]
      .map(([one, count]) => `${of(one)} ${count} resource instances`)
      .toSorted()
      .join(', ')
  const wrong = new Map<string, readonly [reason: string, message: string]>()
  if (!hasPods && resources.size > 0) {
    const what = listed(resources, (one) => `${one.includes('.') ? one : `${one}.`} has`)
    wrong.set('NamespaceContentRemaining', ['SomeResourcesRemain', `Some resources are remaining: ${what}`])
  }
  if (!hasPods && finalizers.size > 0) {
    const what = listed(finalizers, (one) => `${one} in`)
    const message = `Some content in the namespace has finalizers remaining: ${what}`
    wrong.set('NamespaceFinalizersRemaining', ['SomeFinalizersRemain', message])
  }
  const wanted = fine.map(([type, ...well]) => {
    const [reason, message] = wrong.get(type) ?? well
    const verdict = wrong.has(type) ? 'True' : 'False'
    const former = conditionIn(status, type)
    const since = former?.status === verdict ? former.lastTransitionTime : undefined
    return { type, status: verdict, lastTransitionTime: since ?? cluster.now(), reason, message }
  })
  const isTold = wanted.every((one) => conditionIn(status, one.type)?.message === one.message)
  if (!isTold) await merge(cluster, 'namespaces', name, { status: { conditions: wanted } }, 'status')
}
