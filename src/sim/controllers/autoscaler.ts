import { type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { merge, objectAt } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import { numberOr } from './owned-pods.ts'
import { mergeStatus } from './replica-sets.ts'

const storage = 'horizontalpodautoscalers.autoscaling'
const everyMs = 15_000

/**
 * Scales what autoscalers point at, through its scale, as kube-controller-manager does. There are no metrics: how many
 * replicas the load asks for is told to the cluster (`Cluster.demand`); without it only the bounds count.
 */
export const autoscaler: Controller = {
  watches: { [storage]: itself },
  async reconcile(cluster, key) {
    const hpa = objectAt(cluster, storage, key)
    if (hpa === undefined) return undefined
    await scale(cluster, key, hpa)
    return everyMs
  },
}

async function scale(cluster: Cluster, key: string, hpa: JsonMap): Promise<void> {
  const spec = mapOf(hpa.spec)
  const target = mapOf(spec.scaleTargetRef)
  const resource = cluster.catalogue.byKind(textOf(target.apiVersion), textOf(target.kind))
  if (resource === undefined || !resource.subresources.some(({ name }) => name === 'scale')) return
  const at = `${key.slice(0, key.indexOf('/'))}/${textOf(target.name)}`
  const object = objectAt(cluster, resource.storage, at)
  if (object === undefined) return
  const current = numberOr(mapOf(object.spec).replicas, 1)
  const least = numberOr(spec.minReplicas, 1)
  const most = numberOr(spec.maxReplicas, least)
  const wanted = Math.min(most, Math.max(least, cluster.demand.get(key) ?? current))
  // What is scaled to nothing is out of service, and is left alone.
  if (current === 0) return
  if (wanted !== current) await merge(cluster, resource.storage, at, { spec: { replicas: wanted } }, 'scale')
  await mergeStatus(cluster, storage, key, hpa, {
    currentReplicas: numberOr(mapOf(object.status).replicas, current),
    desiredReplicas: wanted,
    ...(wanted === current ? {} : { lastScaleTime: cluster.now() }),
  })
}
