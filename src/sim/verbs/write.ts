import type { WriteRequest } from '../../apimachinery/index.ts'
import { isMap, type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { User } from '../access/index.ts'
import { admit, type Answered } from '../admission/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { keyIn, type ServedResource } from '../discovery/index.ts'
import { type StoredObject, uidOf, wholeOf } from '../store/index.ts'
import { creationRefusal, deletionRefusal } from './lifecycle.ts'
import { conflict, modified, Refusal } from './refusal.ts'
import { serviceOffer } from './service-offer.ts'
import { typeOf } from './shown.ts'

/** What somebody wants to be written, whoever it is: a client over HTTP or a controller of the cluster. */
export interface WriteIntent
  extends Pick<
    WriteRequest,
    'method' | 'subresource' | 'namespace' | 'name' | 'query' | 'contentType' | 'userAgent' | 'body'
  > {
  readonly resource: ServedResource
  readonly user: User
}

/** What a write is answered with: the object, or a Status. */
export interface Written {
  readonly code: number
  readonly body: JsonMap
  readonly warnings: readonly string[]
}

/** How often a server tries again: when somebody else writes the same object, and when a generated name is taken. */
const attempts = 8

/** Carries a write out and stores what it comes to. Throws a `Refusal` for what the cluster itself refuses. */
export async function write(cluster: Cluster, intent: WriteIntent): Promise<Written> {
  const { method, resource, name } = intent
  const refused = method === 'DELETE' ? deletionRefusal(resource, name) : undefined
  if (refused !== undefined) throw refused
  for (let attempt = 1; ; attempt += 1) {
    const done = await tryWrite(cluster, intent, attempt === attempts)
    if (done !== undefined) return done
    if (attempt === attempts) throw conflict(resource, name, modified)
  }
}

/** Undefined when it has to be tried again. */
async function tryWrite(
  cluster: Cluster,
  intent: WriteIntent,
  isLast: boolean,
): Promise<Written | undefined> {
  const { resource, namespace, name } = intent
  const { store } = cluster
  const live = name === '' ? undefined : store.get(resource.storage, keyIn(resource, namespace, name))
  const reply = await handle(cluster, intent, live)
  const { code, body, warnings, stored } = reply
  if (live === undefined && creates(intent, reply)) {
    const blocked = creationRefusal(cluster, resource, namespace, nameIn(body))
    // A body that cannot be read is refused before anybody looks at the namespace.
    if (blocked !== undefined && code !== 400 && code !== 415) throw blocked
  }
  if (stored === undefined) {
    if (code >= 400 || live !== undefined || name !== '') return { code, body, warnings }
    // A dry run of a creation meets what is there as well.
    const there = store.get(resource.storage, keyIn(resource, namespace, nameIn(body)))
    return there === undefined ? { code, body, warnings } : handle(cluster, intent, there)
  }
  if (stored.as === 'deleted') {
    const key = keyIn(resource, namespace, name)
    const marked =
      live === undefined || !isMarked(body, live)
        ? live
        : store.put(resource.storage, key, body, live.revision)
    const removed = marked === undefined ? undefined : store.remove(resource.storage, key, marked.revision)
    if (removed === undefined) return undefined
    // Who takes the last finalizer away is shown the object with the revision that it had.
    return { code, body: intent.method === 'DELETE' ? withRevision(body, removed) : body, warnings }
  }
  const key = keyIn(resource, namespace, name === '' ? nameIn(stored.object) : name)
  const put = store.put(resource.storage, key, stored.object, live?.revision)
  if (put !== undefined) {
    await cluster.beforeAnswer(resource.storage, key)
    return { code, body: withRevision(body, put), warnings }
  }
  if (name !== '' || (isGenerated(stored.object) && !isLast)) return undefined
  const there = store.get(resource.storage, key)
  return there === undefined ? undefined : handle(cluster, intent, there)
}

function handle(
  cluster: Cluster,
  { resource, user, ...intent }: WriteIntent,
  live: StoredObject | undefined,
): Promise<Answered> {
  const offer = resource.storage === 'services' ? serviceOffer(cluster) : undefined
  return admit(cluster, resource, user, {
    ...intent,
    type: typeOf(resource),
    profile: cluster.profile,
    resource: resource.plural,
    now: cluster.now(),
    uid: live === undefined ? cluster.newUid() : uidOf(live),
    ...(live === undefined ? {} : { live: wholeOf(live) }),
    ...(offer === undefined ? {} : { offer }),
  })
}

/**
 * True for an object that is deleted with a grace, even of no time, as pods are: it is stored as one that goes away first,
 * and then removed.
 */
function isMarked(body: JsonMap, live: StoredObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = mapOf(body.metadata)
  if (body.kind === 'Status' || deletionTimestamp === undefined) return false
  const before = mapOf(live.shape.metadata)
  return (
    before.deletionTimestamp === undefined || before.deletionGracePeriodSeconds !== deletionGracePeriodSeconds
  )
}

/** True for what would make a new object. */
function creates({ method, subresource }: WriteIntent, { stored, code }: Answered): boolean {
  return (method === 'POST' && subresource === '') || stored?.as === 'created' || code === 201
}

/** The name of the object that is answered, or that a Status is about. */
function nameIn(body: JsonMap): string {
  return textOf(mapOf(body.kind === 'Status' ? body.details : body.metadata).name)
}

function isGenerated({ metadata }: JsonMap): boolean {
  return textOf(mapOf(metadata).generateName) !== ''
}

function withRevision(body: JsonMap, { revision }: StoredObject): JsonMap {
  const { metadata } = body
  if (body.kind === 'Status' || !isMap(metadata)) return body
  return { ...body, metadata: { ...metadata, resourceVersion: String(revision) } }
}

/** A write that has to succeed. Throws a `Refusal` with the Status when it does not. */
export async function mustWrite(cluster: Cluster, intent: WriteIntent): Promise<JsonMap> {
  const { code, body } = await write(cluster, intent)
  if (code >= 400) throw new Refusal(body)
  return body
}
