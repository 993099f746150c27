import { isList, isMap, type Json, type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { merge, metadataOf, objectAt, removeAs } from './acting.ts'
import { conditionIn } from './condition.ts'
import { type Controller, itself } from './controller.ts'
import { chosen } from './owned-pods.ts'

/** How long a container takes to start, to be ready, and to end, in milliseconds: from, and how much more at most. */
const startMs = [500, 1_500] as const
const workMs = [2_000, 3_000] as const
const endMs = [300, 700] as const
const broken = /broken/
const failing = /failing/

/**
 * What becomes of pods that nobody runs: they are given a node, start, are ready or complete, and end when they are
 * deleted. An image named `…broken…` can never be pulled; one named `…failing…` fails when it has run.
 */
export const podClock: Controller = {
  watches: { pods: itself },
  async reconcile(cluster, key) {
    const pod = objectAt(cluster, 'pods', key)
    if (pod === undefined) return undefined
    const metadata = mapOf(pod.metadata)
    const status = mapOf(pod.status)
    if (metadata.deletionTimestamp !== undefined) return end(cluster, key, metadata)
    if (mapOf(pod.spec).nodeName === undefined) return schedule(cluster, key, pod)
    if (status.phase === 'Succeeded' || status.phase === 'Failed') return undefined
    if (status.phase === 'Running') return complete(cluster, key, pod)
    return start(cluster, key, pod)
  },
}

/** Gives the pod a node. As with a real binding, no manager owns it. */
function schedule(cluster: Cluster, key: string, pod: JsonMap): number | undefined {
  const stored = cluster.store.get('pods', key)
  const nodes = cluster.store
    .page('nodes')
    .objects.filter(({ shape }) => mapOf(shape.spec).unschedulable !== true)
  if (stored === undefined) return undefined
  const node = nodes[chosen(key, nodes.length)]
  if (node === undefined) return 10_000
  const scheduled = condition('PodScheduled', 'True', cluster.now())
  cluster.store.put(
    'pods',
    key,
    {
      ...pod,
      spec: { ...mapOf(pod.spec), nodeName: metadataOf(node).name ?? '' },
      status: { ...mapOf(pod.status), conditions: [scheduled] },
    },
    stored.revision,
  )
  return undefined
}

async function start(cluster: Cluster, key: string, pod: JsonMap): Promise<number | undefined> {
  // A pod that was born on its node was never scheduled.
  const scheduled = conditionIn(mapOf(pod.status), 'PodScheduled')?.lastTransitionTime
  const since = Date.parse(textOf(scheduled ?? mapOf(pod.metadata).creationTimestamp))
  const wait = since + spread(key, startMs) - Date.parse(cluster.now())
  if (wait > 0) return wait
  const containers = containersOf(pod)
  const cannotPull = containers.some(({ image }) => broken.test(textOf(image)))
  if (cannotPull && mapOf(pod.status).containerStatuses !== undefined) return undefined
  await tell(cluster, key, cannotPull ? waitingStatus(cluster, pod) : runningStatus(cluster, key, pod))
  return undefined
}

/** Pods that are not to run for ever end by themselves. */
async function complete(cluster: Cluster, key: string, pod: JsonMap): Promise<number | undefined> {
  if ((mapOf(pod.spec).restartPolicy ?? 'Always') === 'Always') return undefined
  const started = Date.parse(textOf(mapOf(pod.status).startTime ?? cluster.now()))
  const wait = started + spread(key, workMs) - Date.parse(cluster.now())
  if (wait > 0) return wait
  await tell(cluster, key, endedStatus(cluster, pod))
  return undefined
}

async function end(cluster: Cluster, key: string, metadata: JsonMap): Promise<number | undefined> {
  if (isList(metadata.finalizers) && metadata.finalizers.length > 0) return undefined
  const grace =
    typeof metadata.deletionGracePeriodSeconds === 'number' ? metadata.deletionGracePeriodSeconds : 0
  const asked = Date.parse(textOf(metadata.deletionTimestamp)) - grace * 1_000
  const wait = asked + spread(key, endMs) - (cluster.clock.now() + cluster.skewMs)
  if (wait > 0) return wait
  await removeAs(cluster, 'pods', key, { gracePeriodSeconds: 0, uid: textOf(metadata.uid) })
  return undefined
}

async function tell(cluster: Cluster, key: string, status: JsonMap): Promise<void> {
  await merge(cluster, 'pods', key, { status }, 'status', 'kubelet')
}

function runningStatus(cluster: Cluster, key: string, pod: JsonMap): JsonMap {
  const now = cluster.now()
  const ip = `10.244.${chosen(key, 256)}.${1 + chosen(`${key}/ip`, 254)}`
  return {
    phase: 'Running',
    hostIP: '10.0.0.1',
    hostIPs: [{ ip: '10.0.0.1' }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: now,
    qosClass: mapOf(pod.status).qosClass ?? 'BestEffort',
    conditions: conditions(now, true),
    containerStatuses: containersOf(pod).map((one) => ({
      ...containerStatus(one, true),
      containerID: `simulated://${textOf(one.name)}`,
      state: { running: { startedAt: now } },
    })),
  }
}

function waitingStatus(cluster: Cluster, pod: JsonMap): JsonMap {
  const now = cluster.now()
  return {
    phase: 'Pending',
    startTime: now,
    conditions: conditions(now, false),
    containerStatuses: containersOf(pod).map((one) => ({
      ...containerStatus(one, false),
      state: {
        waiting: {
          reason: 'ImagePullBackOff',
          message: `Back-off pulling image ${JSON.stringify(one.image)}`,
        },
      },
    })),
  }
}

function endedStatus(cluster: Cluster, pod: JsonMap): JsonMap {
  const now = cluster.now()
  const containers = containersOf(pod)
  const hasFailed = containers.some(({ image }) => failing.test(textOf(image)))
  const startedAt = mapOf(pod.status).startTime ?? now
  return {
    phase: hasFailed ? 'Failed' : 'Succeeded',
    conditions: conditions(now, false),
    containerStatuses: containers.map((one) => ({
      ...containerStatus(one, false),
      containerID: `simulated://${textOf(one.name)}`,
      state: {
        terminated: {
          exitCode: hasFailed ? 1 : 0,
          reason: hasFailed ? 'Error' : 'Completed',
          startedAt,
          finishedAt: now,
        },
      },
    })),
  }
}

function conditions(now: string, ready: boolean): JsonMap[] {
  const yes = (type: string): JsonMap => condition(type, 'True', now)
  const depending = (type: string): JsonMap => condition(type, ready ? 'True' : 'False', now)
  return [
    yes('PodReadyToStartContainers'),
    yes('Initialized'),
    depending('Ready'),
    depending('ContainersReady'),
    yes('PodScheduled'),
  ]
}

function condition(type: string, status: string, now: string): JsonMap {
  return { type, status, lastProbeTime: null, lastTransitionTime: now }
}

function containerStatus({ name, image }: JsonMap, ready: boolean): JsonMap {
  return {
    name: name ?? '',
    image: image ?? '',
    imageID: ready ? `simulated://${textOf(image)}` : '',
    ready,
    started: ready,
    restartCount: 0,
  }
}

function containersOf({ spec }: JsonMap): readonly JsonMap[] {
  const containers: Json | undefined = mapOf(spec).containers
  return isList(containers) ? containers.filter(isMap) : []
}

/** A span within bounds that is always the same for the same pod. */
function spread(key: string, [from, more]: readonly [number, number]): number {
  return from + chosen(key, more)
}
