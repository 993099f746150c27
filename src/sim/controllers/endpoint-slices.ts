import { canonicalJson, type Json, type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import type { StoredObject } from '../store/index.ts'
import { create, keyOfObject, merge, metadataOf, objectAt, removeAs } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import { controlledBy, freeName, isReady, ownedBy, ownerKey } from './owned-pods.ts'

const storage = 'endpointslices.discovery.k8s.io'
const most = 100

/**
 * Tells the pods behind a Service that selects some. They are told without their uids and without the time of the change,
 * so that the clusters of a fleet have the same slices. Source: k8s.io/endpointslice.
 */
export const endpointSlices: Controller = {
  settleMs: 1_000,
  watches: {
    services: itself,
    pods: ({ object, previous }, cluster) => [
      ...new Set([...servicesOf(cluster, object), ...servicesOf(cluster, previous)]),
    ],
    [storage]: ({ object, previous }) => (object === undefined ? ownerKey(previous, 'Service') : []),
  },
  async reconcile(cluster, key) {
    const service = objectAt(cluster, 'services', key)
    const { deletionTimestamp } = mapOf(service?.metadata)
    if (service === undefined || deletionTimestamp !== undefined || !selectsPods(mapOf(service.spec)))
      return undefined
    const pods = podsOf(cluster, service)
    const slices = ownedBy(cluster, storage, service)
    const taken = new Set(slices.map(({ metadata }) => textOf(mapOf(metadata).name)))
    // A Service without pods has a slice that says so.
    const count = Math.max(1, Math.ceil(pods.length / most))
    for (let i = 0; i < count; i += 1) {
      const told = sliceOf(service, pods.slice(i * most, (i + 1) * most))
      const live = slices[i]
      if (live !== undefined) await change(cluster, live, told)
      else {
        const name = freeName(textOf(mapOf(service.metadata).name), taken)
        taken.add(name)
        await create(cluster, storage, { ...told, metadata: { name, ...mapOf(told.metadata) } })
      }
    }
    for (const slice of slices.slice(count)) await removeAs(cluster, storage, keyOfObject(slice))
    return undefined
  },
}

function selectsPods({ selector, type }: JsonMap): boolean {
  return Object.keys(mapOf(selector)).length > 0 && type !== 'ExternalName'
}

/** The Services that select a pod. */
function servicesOf(cluster: Cluster, pod: StoredObject | undefined): readonly string[] {
  if (pod === undefined) return []
  const { namespace, labels } = metadataOf(pod)
  const { objects } = cluster.store.page('services', {
    namespace: textOf(namespace),
    matches: ({ shape }) => selectsPods(mapOf(shape.spec)) && selects(mapOf(shape.spec), mapOf(labels)),
  })
  return objects.map(({ shape }) => keyOfObject(shape))
}

function selects({ selector }: JsonMap, labels: JsonMap): boolean {
  return Object.entries(mapOf(selector)).every(([label, value]) => labels[label] === value)
}

/** The pods of a Service that have an address, in the order of their names. */
function podsOf({ store }: Cluster, { metadata, spec }: JsonMap): readonly JsonMap[] {
  const { objects } = store.page('pods', {
    namespace: textOf(mapOf(metadata).namespace),
    matches: (pod) => selects(mapOf(spec), mapOf(metadataOf(pod).labels)),
  })
  return objects
    .map(({ shape }) => shape)
    .filter(({ status }) => {
      const { podIP, phase } = mapOf(status)
      return textOf(podIP) !== '' && phase !== 'Succeeded' && phase !== 'Failed'
    })
}

function sliceOf(service: JsonMap, pods: readonly JsonMap[]): JsonMap {
  const { name, namespace, labels } = mapOf(service.metadata)
  const spec = mapOf(service.spec)
  const isHeadless = spec.clusterIP === 'None'
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${textOf(name)}-`,
      namespace: namespace ?? '',
      labels: {
        ...mapOf(labels),
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name ?? '',
        ...(isHeadless ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [controlledBy({ ...service, apiVersion: 'v1', kind: 'Service' })],
    },
    addressType: 'IPv4',
    endpoints: pods.map((pod) => endpointOf(pod, spec.publishNotReadyAddresses === true)),
    ports: pods[0] === undefined ? [] : mapsOf(spec.ports).flatMap((port) => portOf(port, pods[0] ?? {})),
  }
}

function endpointOf(pod: JsonMap, isAlwaysReady: boolean): JsonMap {
  const { name, namespace, deletionTimestamp } = mapOf(pod.metadata)
  const { nodeName } = mapOf(pod.spec)
  const serving = isReady(pod)
  const terminating = deletionTimestamp !== undefined
  return {
    addresses: [mapOf(pod.status).podIP ?? ''],
    conditions: { ready: isAlwaysReady || (serving && !terminating), serving, terminating },
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace: namespace ?? '', name: name ?? '' },
  }
}

/** The port of the pod that a port of the Service leads to; none where the pod has no port of that name. */
function portOf(
  { name = '', port, targetPort = port, protocol, appProtocol }: JsonMap,
  pod: JsonMap,
): JsonMap[] {
  const own = mapsOf(mapOf(pod.spec).containers).flatMap(({ ports }) => mapsOf(ports))
  const found: Json | undefined =
    typeof targetPort === 'string' ? own.find((one) => one.name === targetPort)?.containerPort : targetPort
  if (found === undefined) return []
  const told = { name, port: found, protocol: protocol ?? 'TCP' }
  return [appProtocol === undefined ? told : { ...told, appProtocol }]
}

async function change(cluster: Cluster, live: JsonMap, told: JsonMap): Promise<void> {
  const { labels } = mapOf(told.metadata)
  const patch = { endpoints: told.endpoints ?? [], ports: told.ports ?? [] }
  const isSame =
    canonicalJson(live.endpoints ?? []) === canonicalJson(patch.endpoints) &&
    canonicalJson(live.ports ?? []) === canonicalJson(patch.ports) &&
    canonicalJson(mapOf(mapOf(live.metadata).labels)) === canonicalJson(labels ?? {})
  if (isSame) return
  const gone = Object.keys(mapOf(mapOf(live.metadata).labels)).filter(
    (label) => mapOf(labels)[label] === undefined,
  )
  const cleared = Object.fromEntries(gone.map((label) => [label, null]))
  await merge(cluster, storage, keyOfObject(live), {
    metadata: { labels: { ...cleared, ...mapOf(labels) } },
    ...patch,
  })
}
