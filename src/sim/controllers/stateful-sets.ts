import { isList, isMap, type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { create, keyOfObject, objectAt, removeAs } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import { createPod, isActive, isReady, numberOr, ownedBy, ownerKey, templateHash } from './owned-pods.ts'
import { mergeStatus } from './replica-sets.ts'

const storage = 'statefulsets.apps'
const hashLabel = 'controller-revision-hash'

/** Keeps the numbered pods of a StatefulSet, one after the other, each with its claims. */
export const statefulSets: Controller = {
  watches: {
    [storage]: itself,
    pods: ({ object, previous }) => ownerKey(object ?? previous, 'StatefulSet'),
  },
  async reconcile(cluster, key) {
    const set = objectAt(cluster, storage, key)
    if (set === undefined || mapOf(set.metadata).deletionTimestamp !== undefined) return undefined
    const { name } = mapOf(set.metadata)
    const revision = `${textOf(name)}-${templateHash(mapOf(set.spec).template)}`
    await step(cluster, set, revision)
    const pods = ownedBy(cluster, 'pods', set).filter(isActive)
    const ready = pods.filter(isReady).length
    const updated = pods.filter((pod) => hasRevision(pod, revision)).length
    const wanted = numberOr(mapOf(set.spec).replicas, 1)
    const isDone = updated === wanted && ready === wanted && pods.length === wanted
    await mergeStatus(cluster, storage, key, set, {
      replicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
      currentReplicas: isDone ? wanted : pods.length - updated,
      updatedReplicas: updated,
      currentRevision: isDone ? revision : (mapOf(set.status).currentRevision ?? revision),
      updateRevision: revision,
      observedGeneration: mapOf(set.metadata).generation ?? 0,
      collisionCount: 0,
    })
    return undefined
  },
}

/** The next thing to do: one pod at a time, unless all may go at once. */
async function step(cluster: Cluster, set: JsonMap, revision: string): Promise<void> {
  const { name } = mapOf(set.metadata)
  const spec = mapOf(set.spec)
  const wanted = numberOr(spec.replicas, 1)
  const isParallel = spec.podManagementPolicy === 'Parallel'
  const pods = ownedBy(cluster, 'pods', set)
  const at = (i: number): JsonMap | undefined =>
    pods.find((pod) => mapOf(pod.metadata).name === `${textOf(name)}-${i}`)
  for (let i = 0; i < wanted; i += 1) {
    const pod = at(i)
    if (pod === undefined) await createNumbered(cluster, set, i, revision)
    if (!isParallel && (pod === undefined || !isReady(pod))) return
  }
  const surplus = pods.filter((pod) => ordinalOf(pod) >= wanted).sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const [last] = surplus
  if (last !== undefined) {
    if (isActive(last)) await removeAs(cluster, 'pods', keyOfObject(last))
    return
  }
  if (mapOf(spec.updateStrategy).type === 'OnDelete') return
  const partition = numberOr(mapOf(mapOf(spec.updateStrategy).rollingUpdate).partition, 0)
  for (let i = wanted - 1; i >= partition; i -= 1) {
    const pod = at(i)
    if (pod === undefined || !isActive(pod) || !isReady(pod)) return
    if (!hasRevision(pod, revision)) {
      await removeAs(cluster, 'pods', keyOfObject(pod))
      return
    }
  }
}

async function createNumbered(cluster: Cluster, set: JsonMap, i: number, revision: string): Promise<void> {
  const { name, namespace } = mapOf(set.metadata)
  const spec = mapOf(set.spec)
  const pod = `${textOf(name)}-${i}`
  const templates = isList(spec.volumeClaimTemplates) ? spec.volumeClaimTemplates.filter(isMap) : []
  const volumes = []
  for (const template of templates) {
    const metadata = mapOf(template.metadata)
    const claim = `${textOf(metadata.name)}-${pod}`
    const labels = mapOf(mapOf(spec.selector).matchLabels)
    await create(cluster, 'persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...metadata,
        name: claim,
        namespace: namespace ?? '',
        labels: { ...mapOf(metadata.labels), ...labels },
      },
      spec: template.spec ?? {},
    })
    volumes.push({ name: metadata.name ?? '', persistentVolumeClaim: { claimName: claim } })
  }
  const own = mapOf(mapOf(spec.template).spec).volumes
  await createPod(cluster, set, pod, {
    labels: {
      [hashLabel]: revision,
      'statefulset.kubernetes.io/pod-name': pod,
      'apps.kubernetes.io/pod-index': String(i),
    },
    spec: {
      hostname: pod,
      ...(spec.serviceName === undefined ? {} : { subdomain: spec.serviceName }),
      ...(volumes.length === 0 ? {} : { volumes: [...(isList(own) ? own : []), ...volumes] }),
    },
  })
}

function hasRevision({ metadata }: JsonMap, revision: string): boolean {
  return mapOf(mapOf(metadata).labels)[hashLabel] === revision
}

function ordinalOf({ metadata }: JsonMap): number {
  return Number(/-(\d+)$/.exec(textOf(mapOf(metadata).name))?.[1] ?? 0)
}
