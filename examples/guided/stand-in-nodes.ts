import { setTimeout as pause } from 'node:timers/promises'
import type { Json, KubeObject } from '../../src/core/object/index.ts'
import {
  ClusterClient,
  connectionOf,
  isKubeFailure,
  loadKubeconfig,
  type ResourceRef,
  watchObjects,
} from '../../src/kube/index.ts'

const pods: ResourceRef = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }

/** An image whose tag ends so never starts, as a program that ends at once. */
const broken = '-broken'

const retryMs = 500

interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly image: string }[]
}

/**
 * Plays the nodes of a cluster that has none: every Pod is said to run and to be ready, but one with a broken image is
 * said to crash again and again. It runs no container and writes nothing but the status of Pods, as kubelets do.
 */
export async function startStandInNodes(kubeconfig: string): Promise<{ stop(): Promise<void> }> {
  const loaded = await loadKubeconfig({ text: kubeconfig })
  const client = new ClusterClient(connectionOf(loaded, undefined, { trust: 'operator' }))
  const writing = new Set<Promise<void>>()
  const stopping = new AbortController()
  const watch = watchObjects(
    client,
    pods,
    {},
    {
      onEvent(event) {
        if (event.type === 'DELETED' || phaseOf(event.object) !== 'Pending') return
        const write = writeStatus(client, event.object, stopping.signal).finally(() => writing.delete(write))
        writing.add(write)
      },
      onSynced() {},
      onState() {},
      onProgress() {},
    },
  )
  return {
    async stop() {
      await watch.stop()
      stopping.abort()
      await Promise.all(writing)
      await client.close()
    },
  }
}

/** Writes until the server has taken it; a Pod that is gone needs no status. */
async function writeStatus(client: ClusterClient, pod: KubeObject, stopping: AbortSignal): Promise<void> {
  const { namespace, name } = pod.metadata
  const options = { manager: 'stand-in-nodes', subresource: 'status' }
  while (!stopping.aborted) {
    try {
      await client.patch(pods, namespace, name, 'strategic', { status: statusOf(pod) }, options)
      return
    } catch (error) {
      if (!isKubeFailure(error)) throw error
      if (error.code === 'not-found') return
      await pause(retryMs, undefined, { signal: stopping }).catch(() => undefined)
    }
  }
}

function statusOf(pod: KubeObject): Json {
  const { containers } = pod['spec'] as PodSpec
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const crashes = containers.some(({ image }) => image.endsWith(broken))
  const condition = (type: string): Json => ({
    type,
    status: crashes ? 'False' : 'True',
    lastTransitionTime: now,
    ...(crashes ? { reason: 'ContainersNotReady', message: 'the container ends at once' } : {}),
  })
  return {
    phase: 'Running',
    startTime: now,
    conditions: [condition('Ready'), condition('ContainersReady')],
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: !crashes,
      restartCount: crashes ? 3 : 0,
      state: crashes
        ? { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } }
        : { running: { startedAt: now } },
    })),
  }
}

function phaseOf(pod: KubeObject): string | undefined {
  return (pod['status'] as { readonly phase?: string } | undefined)?.phase
}
