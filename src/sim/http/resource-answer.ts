import type { Tokens } from '../access/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { deleteCollection } from '../verbs/delete-collection.ts'
import { deprecationsOf } from '../verbs/deprecated.ts'
import { get, list } from '../verbs/read.ts'
import { internalError, methodNotAllowed } from '../verbs/refusal.ts'
import { representationOf } from '../verbs/representation.ts'
import type { ResourceRequest } from '../verbs/resource-request.ts'
import { isReview, review, tokenRequest } from '../verbs/reviews.ts'
import { represented } from '../verbs/shown.ts'
import { watch } from '../verbs/watch.ts'
import { write, type WriteIntent } from '../verbs/write.ts'
import { type Answer, pageNotFound, warningHeaders } from './answer.ts'

/** What needs a node that runs containers. */
const onNode = new Set(['exec', 'attach', 'portforward', 'log', 'proxy'])

/** Answers a request about a resource that is served, by somebody who may. */
export async function resourceAnswer(
  cluster: Cluster,
  request: ResourceRequest,
  verb: string,
  tokens: Tokens,
): Promise<Answer> {
  const { resource, subresource, method } = request
  const sub = subresource === '' ? undefined : resource.subresources.find(({ name }) => name === subresource)
  if (subresource !== '' && sub === undefined) return pageNotFound
  if (onNode.has(subresource)) {
    throw internalError('error dialing backend: dial tcp 127.0.0.1:10250: connect: connection refused')
  }
  const verbs = sub?.verbs ?? resource.verbs
  if (!verbs.includes(verb)) throw methodNotAllowed()
  if (verb === 'watch') return { code: 200, watch: watch(cluster, request) }
  const headers = warningHeaders(deprecationsOf(resource))
  if (verb === 'list') return { code: 200, headers, body: await list(cluster, request) }
  if (verb === 'get') return { code: 200, headers, body: await get(cluster, request) }
  if (method === 'POST') {
    if (isReview(resource.kind)) return { code: 201, body: await review(cluster, request, tokens) }
    if (subresource === 'token') return { code: 201, body: await tokenRequest(cluster, request) }
    if (subresource === 'eviction') return eviction(cluster, request)
  }
  return writing(cluster, request, verb)
}

async function writing(cluster: Cluster, request: ResourceRequest, verb: string): Promise<Answer> {
  const { resource, query, accept } = request
  const representation = representationOf(accept, query.get('includeObject'))
  const { code, body, warnings } =
    verb === 'deletecollection'
      ? await deleteCollection(cluster, request)
      : await write(cluster, intentOf(request))
  const answered = code < 300 ? await represented(cluster, resource, body, representation) : body
  return { code, headers: warningHeaders(warnings), body: answered }
}

/** Nothing guards pods here (no disruption budgets are counted), so an eviction is a deletion. */
async function eviction(cluster: Cluster, request: ResourceRequest): Promise<Answer> {
  const intent = { ...intentOf(request), method: 'DELETE', subresource: '', body: new Uint8Array() } as const
  const { code, body } = await write(cluster, intent)
  if (code >= 400) return { code, body }
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

function intentOf(request: ResourceRequest): WriteIntent {
  const { resource, method, subresource, namespace, name, query, contentType, userAgent, body, user } =
    request
  if (method === 'GET') throw new Error('a GET is no write')
  return {
    resource,
    method,
    subresource,
    namespace,
    name,
    query: query.toString(),
    contentType,
    userAgent,
    body,
    user,
  }
}
