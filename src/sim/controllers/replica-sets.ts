import { canonicalJson, mapOf, textOf } from '../../core/object/index.ts'
import type { JsonMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { keyOfObject, merge, objectAt, removeAs } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import { createPod, freePodName, isActive, isReady, numberOr, ownedBy, ownerKey } from './owned-pods.ts'

export const replicaSetStorage = 'replicasets.apps'

/** Keeps as many pods as a ReplicaSet wants. */
export const replicaSets: Controller = {
  watches: {
    [replicaSetStorage]: itself,
    pods: ({ object, previous }) => ownerKey(object ?? previous, 'ReplicaSet'),
  },
  async reconcile(cluster, key) {
    const set = objectAt(cluster, replicaSetStorage, key)
    if (set === undefined) return undefined
    const all = ownedBy(cluster, 'pods', set)
    const pods = all.filter(isActive)
    const wanted = numberOr(mapOf(set.spec).replicas, 1)
    if (mapOf(set.metadata).deletionTimestamp === undefined) await scale(cluster, set, all, pods, wanted)
    await tellStatus(cluster, key, set, ownedBy(cluster, 'pods', set).filter(isActive))
    return undefined
  },
}

async function scale(
  cluster: Cluster,
  set: JsonMap,
  all: readonly JsonMap[],
  pods: readonly JsonMap[],
  wanted: number,
): Promise<void> {
  const taken = new Set(all.map((pod) => textOf(mapOf(pod.metadata).name)))
  for (let i = pods.length; i < wanted; i += 1) {
    const name = freePodName(textOf(mapOf(set.metadata).name), taken)
    taken.add(name)
    await createPod(cluster, set, name)
  }
  const surplus = [...pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
  for (const pod of surplus.slice(0, Math.max(0, pods.length - wanted))) {
    await removeAs(cluster, 'pods', keyOfObject(pod))
  }
}

async function tellStatus(
  cluster: Cluster,
  key: string,
  set: JsonMap,
  pods: readonly JsonMap[],
): Promise<void> {
  const ready = pods.filter(isReady).length
  const status = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    observedGeneration: mapOf(set.metadata).generation ?? 0,
  }
  await mergeStatus(cluster, replicaSetStorage, key, set, status)
}

/** Writes a status where it is another one; numbers that are 0 and not there are the same. */
export async function mergeStatus(
  cluster: Cluster,
  storage: string,
  key: string,
  object: JsonMap,
  status: JsonMap,
): Promise<void> {
  const live = mapOf(object.status)
  const differs = Object.entries(status).some(
    ([name, value]) => canonicalJson(live[name] ?? 0) !== canonicalJson(value ?? 0),
  )
  if (differs) await merge(cluster, storage, key, { status }, 'status')
}
