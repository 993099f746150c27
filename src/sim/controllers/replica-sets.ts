import { canonicalJson, mapOf, textOf } from '../../core/object/index.ts'
import type { JsonMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { merge, objectAt } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import {
  createPod,
  freeName,
  isActive,
  isReady,
  numberOr,
  ownedBy,
  ownerKey,
  removePod,
} from './owned-pods.ts'

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
    await tellStatus(cluster, key, set, ownedBy(cluster, 'pods', set))
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
    const name = freeName(textOf(mapOf(set.metadata).name), taken)
    taken.add(name)
    await createPod(cluster, set, name)
  }
  const surplus = [...pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
  for (const pod of surplus.slice(0, Math.max(0, pods.length - wanted))) {
    await removePod(cluster, set, pod)
  }
}

async function tellStatus(
  cluster: Cluster,
  key: string,
  set: JsonMap,
  all: readonly JsonMap[],
): Promise<void> {
  const pods = all.filter(isActive)
  const ready = pods.filter(isReady).length
  const going = all.filter(({ metadata }) => mapOf(metadata).deletionTimestamp !== undefined).length
  const status = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    ...(countsTerminating(cluster) ? { terminatingReplicas: going } : {}),
    observedGeneration: mapOf(set.metadata).generation ?? 0,
  }
  await mergeStatus(cluster, replicaSetStorage, key, set, status)
}

/** True for releases whose ReplicaSets and Deployments count pods that are going (DeploymentReplicaSetTerminatingReplicas). */
export function countsTerminating({ profile }: Cluster): boolean {
  return profile !== '1.33' && profile !== '1.34'
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
