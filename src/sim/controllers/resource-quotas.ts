import { parseQuantity } from '../../core/facts/index.ts'
import { canonicalJson, type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { type StoredObject, wholeOf } from '../store/index.ts'
import { merge, metadataOf, objectAt } from './acting.ts'
import { type Controller, itself } from './controller.ts'

/** Counts what ResourceQuotas bound: pods, what their containers request, and a few kinds of objects. Refuses nothing. */
export const resourceQuotas: Controller = {
  watches: {
    resourcequotas: itself,
    pods: ({ object, previous }, cluster) => quotasNear(cluster, object ?? previous),
    services: ({ object, previous }, cluster) => quotasNear(cluster, object ?? previous),
    configmaps: ({ object, previous }, cluster) => quotasNear(cluster, object ?? previous),
  },
  async reconcile(cluster, key) {
    const quota = objectAt(cluster, 'resourcequotas', key)
    if (quota === undefined) return undefined
    const hard = mapOf(mapOf(quota['spec'])['hard'])
    const namespace = key.split('/')[0] ?? ''
    const pods = objectsIn(cluster, 'pods', namespace).filter(isCounted)
    const used: Record<string, string> = {}
    for (const resource of Object.keys(hard)) {
      const count = countOf(cluster, resource, namespace, pods)
      if (count !== undefined) used[resource] = count
    }
    const status = { hard, used }
    if (canonicalJson(status) === canonicalJson(mapOf(quota['status']))) return undefined
    await merge(cluster, 'resourcequotas', key, { status: { ...status } }, 'status')
    return undefined
  },
}

function quotasNear({ store }: Cluster, object: StoredObject | undefined): readonly string[] {
  if (object === undefined) return []
  const namespace = textOf(metadataOf(object)['namespace'])
  return store
    .page('resourcequotas', { namespace })
    .objects.map((one) => `${namespace}/${textOf(metadataOf(one)['name'])}`)
}

function countOf(
  cluster: Cluster,
  resource: string,
  namespace: string,
  pods: readonly JsonMap[],
): string | undefined {
  if (resource === 'pods' || resource === 'count/pods') return String(pods.length)
  if (resource === 'services' || resource === 'configmaps') {
    return String(objectsIn(cluster, resource, namespace).length)
  }
  const [side, name] = resource.includes('.') ? resource.split('.') : ['requests', resource]
  if ((side !== 'requests' && side !== 'limits') || (name !== 'cpu' && name !== 'memory')) return undefined
  const total = pods
    .flatMap((pod) => mapsOf(mapOf(pod['spec'])['containers']))
    .map((container) => textOf(mapOf(mapOf(container['resources'])[side])[name]))
    .reduce((sum, text) => sum + (parseQuantity(text) ?? 0), 0)
  if (name === 'cpu') return total === 0 ? '0' : `${Math.round(total * 1000)}m`
  return total === 0 ? '0' : `${Math.round(total / 2 ** 20)}Mi`
}

/** A pod that has ended uses nothing any more. */
function isCounted(pod: JsonMap): boolean {
  const phase = mapOf(pod['status'])['phase']
  return phase !== 'Succeeded' && phase !== 'Failed'
}

function objectsIn({ store }: Cluster, storage: string, namespace: string): JsonMap[] {
  return store.page(storage, { namespace }).objects.map(wholeOf)
}
