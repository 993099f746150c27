import type { WriteReply, WriteRequest } from '../../apimachinery/index.ts'
import { isMap, type Json, type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import type { User } from '../access/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import type { ServedResource } from '../discovery/index.ts'
import { wholeOf } from '../store/index.ts'
import { callWebhook } from './call-webhook.ts'
import { judge, policies } from './policies.ts'
import { type Admitted, concerns, type Operation } from './webhook-rules.ts'

export type Answered = Extract<WriteReply, { kind: 'answer' }>

const group = 'admissionregistration.k8s.io'
const mutating = `mutatingwebhookconfigurations.${group}`
const validating = `validatingwebhookconfigurations.${group}`

/**
 * Carries a write out with the webhooks of the cluster: those that change objects come in after ownership is known, so
 * that nobody owns what they change; policies and webhooks that only judge see what would be stored. Throws a `Refusal` for what one of
 * them denies.
 */
export async function admit(
  cluster: Cluster,
  resource: ServedResource,
  user: User,
  request: WriteRequest,
): Promise<Answered> {
  const { store, handling } = cluster
  // Webhooks and policies are never asked about each other.
  const isFree =
    resource.group === group || [mutating, validating, policies].every((one) => store.count(one) === 0)
  if (isFree) return answered(await handling.write(request))
  const operation: Operation = operationOf(request)
  const asked = (object: Json | undefined): JsonMap =>
    reviewOf(cluster, resource, user, request, operation, object)
  const admittedAs = (object: Json | undefined): Admitted =>
    admittedOf(cluster, resource, request, operation, object)
  const wanted = (storage: string, object: Json | undefined): readonly JsonMap[] => {
    const admitted = admittedAs(object)
    const all = store.page(storage).objects.flatMap((one) => mapsOf(wholeOf(one).webhooks))
    return all.filter((webhook) => concerns(webhook, admitted))
  }

  const warnings: string[] = []
  const mayChange = operation !== 'DELETE' && store.count(mutating) > 0
  if (operation === 'DELETE') {
    for (const webhook of wanted(mutating, undefined))
      warnings.push(...(await callWebhook(webhook, asked(undefined), true)).warnings)
  }
  let reply = await handling.write(mayChange ? { ...request, admission: 'ask' } : request)
  if (reply.kind === 'prepared') {
    let object: Json = reply.object
    for (const webhook of wanted(mutating, object)) {
      const reviewed = await callWebhook(webhook, asked(object), true)
      object = reviewed.object
      warnings.push(...reviewed.warnings)
    }
    if (!isMap(object)) throw new Error('a webhook left no object')
    reply = await handling.write({ ...request, admission: { prepared: object } })
  }
  const done = answered(reply)
  if (done.code >= 400) return done
  const result =
    operation === 'DELETE'
      ? undefined
      : done.stored?.as === 'deleted'
        ? done.body
        : (done.stored?.object ?? done.body)
  const namespace = resource.namespaced ? store.get('namespaces', request.namespace) : undefined
  const name = textOf(mapOf(mapOf(result ?? request.live).metadata).name)
  warnings.push(
    ...judge(cluster, admittedAs(result), name, {
      object: result ?? null,
      oldObject: request.live ?? null,
      request: asked(result),
      namespaceObject: namespace === undefined ? null : wholeOf(namespace),
    }),
  )
  for (const webhook of wanted(validating, result)) {
    const reviewed = await callWebhook(webhook, asked(result), false)
    warnings.push(...reviewed.warnings)
  }
  return { ...done, warnings: [...done.warnings, ...warnings] }
}

function answered(reply: WriteReply): Answered {
  if (reply.kind === 'prepared') throw new Error('the object was not gone on with')
  return reply
}

function operationOf({ method, live }: WriteRequest): Operation {
  if (method === 'DELETE') return 'DELETE'
  return live === undefined ? 'CREATE' : 'UPDATE'
}

function admittedOf(
  cluster: Cluster,
  resource: ServedResource,
  { namespace, live, subresource }: WriteRequest,
  operation: Operation,
  object: Json | undefined,
): Admitted {
  const within = resource.namespaced ? cluster.store.get('namespaces', namespace) : undefined
  const labelsOf = (value: Json | undefined): JsonMap => mapOf(mapOf(mapOf(value).metadata).labels)
  return {
    resource,
    subresource,
    operation,
    namespaceLabels: within === undefined ? undefined : labelsOf(within.shape),
    labels: [
      ...(object === undefined ? [] : [labelsOf(object)]),
      ...(live === undefined ? [] : [labelsOf(live)]),
    ],
  }
}

function reviewOf(
  cluster: Cluster,
  { group: ofGroup, version, kind, plural, subresources }: ServedResource,
  user: User,
  request: WriteRequest,
  operation: Operation,
  object: Json | undefined,
): JsonMap {
  const { namespace, live, subresource, query } = request
  const name = mapOf(mapOf(object ?? live).metadata).name ?? request.name
  // A subresource may stand for an object of another kind, as a scale does.
  const shown = subresources.find((one) => one.name === subresource) ?? { group: ofGroup, version, kind }
  const ofKind = { group: shown.group, version: shown.version, kind: shown.kind }
  const ofResource = { group: ofGroup, version, resource: plural }
  return {
    uid: cluster.newUid(),
    kind: ofKind,
    resource: ofResource,
    requestKind: ofKind,
    requestResource: ofResource,
    ...(subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource }),
    name,
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      groups: user.groups,
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    },
    object: object ?? null,
    oldObject: live ?? null,
    dryRun: new URLSearchParams(query).has('dryRun'),
    options: optionsOf(request, operation),
  }
}

/** The options of a request, as a server tells them to webhooks: those of a patch become those of what it comes to. */
function optionsOf({ query, body }: WriteRequest, operation: Operation): JsonMap {
  const asked = new URLSearchParams(query)
  const text = (name: string): JsonMap => {
    const value = asked.get(name) ?? ''
    return value === '' ? {} : { [name]: value }
  }
  const dryRun = asked.getAll('dryRun')
  const common = { apiVersion: 'meta.k8s.io/v1', ...(dryRun.length === 0 ? {} : { dryRun }) }
  if (operation !== 'DELETE') {
    const kind = operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions'
    return { kind, ...common, ...text('fieldManager'), ...text('fieldValidation') }
  }
  const own = jsonIn(body)
  return {
    ...common,
    ...text('propagationPolicy'),
    ...own,
    kind: 'DeleteOptions',
    apiVersion: 'meta.k8s.io/v1',
  }
}

/** The object of a body in JSON; an empty one for what the object handling will refuse. */
function jsonIn(body: Uint8Array): JsonMap {
  try {
    return mapOf(JSON.parse(Buffer.from(body).toString('utf8')) as Json)
  } catch {
    return {}
  }
}
