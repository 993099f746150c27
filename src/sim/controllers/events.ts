import { createHash } from 'node:crypto'
import { type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { wholeOf } from '../store/index.ts'
import type { Controller } from './controller.ts'

/** What a controller has to say about an object. */
export interface Told {
  /** The part of the controller manager, such as `deployment-controller`. */
  readonly component: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** How an event recorder counts and combines. Source: client-go, tools/record/events_cache.go. */
const mostAlike = 10
const alikeMs = 600_000
const burst = 25
const refillMs = 300_000
const combined = '(combined from similar events): '

/** After so long without another write an API server forgets an event (`--event-ttl`). */
const keptMs = 3_600_000
const sweepMs = 60_000
/** A real store has no such bound, and no thousand clusters in one process. */
const mostEvents = 2_000

/**
 * Tells something about an object, as the event recorder of a controller does: what was told before is counted, the tenth
 * and further ones of a kind become one, and who says too much is not heard. An event is written into the store as it is
 * known to come out, because a fleet tells tens of thousands of them.
 */
export function tellEvent(cluster: Cluster, about: JsonMap, told: Told): void {
  const namespace = textOf(mapOf(about.metadata).namespace)
  const phase = mapOf(cluster.store.get('namespaces', namespace)?.shape.status).phase
  // Into a namespace that goes away, or is not there any more, nothing is written.
  if (phase !== 'Active') return
  const now = Date.parse(cluster.now())
  const before = toldBefore(cluster, about, told)
  if (isTooMuch(before, now)) return
  const alike = before.filter(({ reason }) => reason === told.reason)
  const same = alike.find(({ message }) => message === told.message)
  if (same !== undefined) {
    countUp(cluster, same, told.message)
    return
  }
  if (!isManyAlike(alike, now)) {
    put(cluster, about, told)
    return
  }
  const message = `${combined}${told.message}`
  const one = alike.find((event) => textOf(event.message).startsWith(combined))
  if (one === undefined) put(cluster, about, { ...told, message })
  else countUp(cluster, one, message)
}

/** Forgets events an hour after they were last written, and the oldest where there are too many. */
export const events: Controller = {
  watches: { events: () => ['all'] },
  settleMs: sweepMs,
  reconcile(cluster) {
    const now = Date.parse(cluster.now())
    const all = cluster.store
      .page('events')
      .objects.map((stored) => ({ stored, writtenAt: writtenAt(wholeOf(stored)) }))
      .toSorted((one, other) => other.writtenAt - one.writtenAt)
    const left = all.filter(({ writtenAt: at }, i) => i < mostEvents && now - at < keptMs)
    for (const { stored } of all.slice(left.length)) {
      const { namespace, name } = mapOf(stored.shape.metadata)
      cluster.store.remove('events', `${textOf(namespace)}/${textOf(name)}`, stored.revision)
    }
    const oldest = left.at(-1)?.writtenAt
    return Promise.resolve(oldest === undefined ? undefined : oldest + keptMs - now)
  },
}

/** When an event was written last. */
function writtenAt({ metadata }: JsonMap): number {
  const { creationTimestamp, managedFields } = mapOf(metadata)
  const times = [creationTimestamp, ...mapsOf(managedFields).map(({ time }) => time)]
  return Math.max(...times.map((time) => Date.parse(textOf(time)) || 0))
}

/** What this component has told with this type about this very object. */
function toldBefore(cluster: Cluster, about: JsonMap, { component, type }: Told): readonly JsonMap[] {
  const { namespace, name, uid } = mapOf(about.metadata)
  const { objects } = cluster.store.page('events', {
    namespace: textOf(namespace),
    matches: ({ shape }) => {
      const { involvedObject, source } = shape
      return (
        mapOf(involvedObject).name === name &&
        mapOf(involvedObject).kind === about.kind &&
        mapOf(source).component === component &&
        shape.type === type
      )
    },
  })
  return objects.map(wholeOf).filter(({ involvedObject }) => mapOf(involvedObject).uid === uid)
}

function isTooMuch(before: readonly JsonMap[], now: number): boolean {
  const spent = before.reduce((sum, event) => sum + countOf(event), 0)
  const since = Math.min(now, ...before.map(({ firstTimestamp }) => Date.parse(textOf(firstTimestamp))))
  return spent >= burst + Math.floor((now - since) / refillMs)
}

function isManyAlike(alike: readonly JsonMap[], now: number): boolean {
  const latest = Math.max(0, ...alike.map(({ lastTimestamp }) => Date.parse(textOf(lastTimestamp))))
  return now - latest <= alikeMs && alike.length + 1 >= mostAlike
}

function countOf({ count }: JsonMap): number {
  return typeof count === 'number' ? count : 1
}

function countUp(cluster: Cluster, event: JsonMap, message: string): void {
  const metadata = mapOf(event.metadata)
  const now = cluster.now()
  const key = `${textOf(metadata.namespace)}/${textOf(metadata.name)}`
  const counted = {
    ...event,
    metadata: { ...metadata, managedFields: [ownership(now)] },
    message,
    count: countOf(event) + 1,
    lastTimestamp: now,
  }
  cluster.store.put('events', key, counted, Number(metadata.resourceVersion))
}

function put(cluster: Cluster, about: JsonMap, { component, type, reason, message }: Told): void {
  const { name, namespace, uid, resourceVersion } = mapOf(about.metadata)
  const now = cluster.now()
  const own = freeEventName(cluster, `${textOf(namespace)}/${textOf(name)}`, [component, reason, message])
  // An event that stands for several is written without the name of its controller.
  const reportingComponent = message.startsWith(combined) ? '' : component
  const event: JsonMap = {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: {
      name: own.slice(own.indexOf('/') + 1),
      namespace: namespace ?? '',
      uid: cluster.newUid(),
      creationTimestamp: now,
      managedFields: [ownership(now)],
    },
    involvedObject: {
      kind: about.kind ?? '',
      namespace: namespace ?? '',
      name: name ?? '',
      uid: uid ?? '',
      apiVersion: about.apiVersion ?? '',
      resourceVersion: resourceVersion ?? '',
    },
    reason,
    message,
    source: { component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type,
    eventTime: null,
    reportingComponent,
    reportingInstance: '',
  }
  cluster.store.put('events', own, event, undefined)
}

/** A name that looks as those of recorders do, and is the same in all clusters that tell the same. */
function freeEventName(cluster: Cluster, key: string, parts: readonly string[]): string {
  for (let number = 0; ; number += 1) {
    const hash = createHash('sha256')
      .update([...parts, String(number)].join('\n'))
      .digest('hex')
    const name = `${key}.${hash.slice(0, 16)}`
    if (cluster.store.get('events', name) === undefined) return name
  }
}

function ownership(time: string): JsonMap {
  return {
    manager: 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:count': {},
      'f:firstTimestamp': {},
      'f:involvedObject': {},
      'f:lastTimestamp': {},
      'f:message': {},
      'f:reason': {},
      'f:reportingComponent': {},
      'f:source': { 'f:component': {} },
      'f:type': {},
    },
  }
}
