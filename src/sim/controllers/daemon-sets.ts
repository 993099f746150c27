import { mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { metadataOf, objectAt } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import { createPod, isActive, isReady, ownedBy, ownerKey, removePod, templateHash } from './owned-pods.ts'
import { mergeStatus } from './replica-sets.ts'

const storage = 'daemonsets.apps'
const hashLabel = 'controller-revision-hash'

/** Keeps a pod of every DaemonSet on every node. A changed template replaces the pods. */
export const daemonSets: Controller = {
  watches: {
    [storage]: itself,
    pods: ({ object, previous }) => ownerKey(object ?? previous, 'DaemonSet'),
    nodes: (_, cluster) => allKeys(cluster),
  },
  async reconcile(cluster, key) {
    const set = objectAt(cluster, storage, key)
    if (set === undefined || mapOf(set.metadata).deletionTimestamp !== undefined) return undefined
    const hash = templateHash(mapOf(set.spec).template)
    const isCurrent = (pod: Parameters<typeof isReady>[0]): boolean =>
      mapOf(mapOf(pod.metadata).labels)[hashLabel] === hash
    const nodes = cluster.store.page('nodes').objects.map((node) => textOf(metadataOf(node).name))
    const pods = ownedBy(cluster, 'pods', set)
    for (const pod of pods) {
      const isWanted = isCurrent(pod) && nodes.includes(textOf(mapOf(pod.spec).nodeName))
      if (isActive(pod) && !isWanted) await removePod(cluster, set, pod)
    }
    for (const node of nodes) {
      if (pods.some((pod) => mapOf(pod.spec).nodeName === node)) continue
      const name = `${textOf(mapOf(set.metadata).name)}-${templateHash(`${hash}/${node}`).slice(0, 5)}`
      await createPod(cluster, set, name, { labels: { [hashLabel]: hash }, spec: { nodeName: node } })
    }
    const active = ownedBy(cluster, 'pods', set).filter(isActive)
    const ready = active.filter(isReady).length
    await mergeStatus(cluster, storage, key, set, {
      currentNumberScheduled: active.length,
      desiredNumberScheduled: nodes.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: nodes.length - ready,
      updatedNumberScheduled: active.filter(isCurrent).length,
      observedGeneration: mapOf(set.metadata).generation ?? 0,
    })
    return undefined
  },
}

function allKeys({ store }: Cluster): readonly string[] {
  return store.page(storage).objects.map((object) => {
    const { namespace, name } = metadataOf(object)
    return `${textOf(namespace)}/${textOf(name)}`
  })
}
