import {
  type Attributes,
  authenticate,
  deniedText,
  impersonation,
  type Tokens,
  type User,
} from '../access/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { badRequest, forbidden, methodNotAllowed, Refusal, unauthorized } from '../verbs/refusal.ts'
import type { ResourceRequest } from '../verbs/resource-request.ts'
import { type Answer, type Incoming, refusalAnswer } from './answer.ts'
import { metaAnswer } from './meta-paths.ts'
import { nothingAt } from './nothing-at.ts'
import { resourceAnswer } from './resource-answer.ts'
import { type Route, routeOf } from './route.ts'

/** What is known of a request once it has been read. */
export interface Understood {
  readonly route: Route
  readonly verb: string
  /** Whose credential it carries; undefined for one that is not known. */
  readonly user: User | undefined
  readonly as: User | undefined
}

/** Reads a request: what it is about, what it wants, and who asks. */
export function understand(incoming: Incoming, tokens: Tokens): Understood {
  const { headers } = incoming
  const route = routeOf(incoming.path)
  const user = authenticate(headers, tokens)
  const caller = user === undefined ? undefined : impersonation(headers, user)
  const as = typeof caller === 'object' ? caller.as : undefined
  return { route, verb: verbOf(incoming, route), user, as }
}

/** Answers a request as an API server does: who asks, whether he may, what he gets. Never throws for bad input. */
export async function clusterAnswer(
  cluster: Cluster,
  incoming: Incoming,
  { route, verb, user }: Understood,
  tokens: Tokens,
): Promise<Answer> {
  try {
    if (user === undefined) throw unauthorized()
    const caller = impersonation(incoming.headers, user)
    if (typeof caller === 'string') throw badRequest(caller)
    for (const need of caller.needs) authorize(cluster, user, need)
    const acting = caller.as ?? user
    authorize(cluster, acting, attributesOf(incoming, route, verb))
    if (route.kind === 'path') return metaAnswer(cluster, incoming)
    const resource = cluster.catalogue.find(route.group, route.version, route.plural)
    if (resource === undefined || isMisplaced(route, resource.namespaced, verb)) {
      return nothingAt(cluster.catalogue, incoming.path)
    }
    if (!isMethod(incoming.method)) throw methodNotAllowed()
    const request: ResourceRequest = {
      method: incoming.method,
      resource,
      subresource: route.subresource,
      namespace: resource.namespaced ? route.namespace : '',
      name: route.name,
      query: incoming.query,
      accept: incoming.headers.first('accept'),
      contentType: incoming.headers.first('content-type'),
      userAgent: incoming.headers.first('user-agent'),
      body: incoming.body,
      user: acting,
    }
    return await resourceAnswer(cluster, request, verb, tokens)
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error)
    throw error
  }
}

function authorize(cluster: Cluster, user: User, attributes: Attributes): void {
  if (cluster.policy.allows(user, attributes) !== undefined) return
  const { on } = attributes
  const resource = 'path' in on ? { group: '', plural: '' } : { group: on.group, plural: on.resource }
  throw forbidden(resource, 'path' in on ? '' : on.name, deniedText(user, attributes))
}

function attributesOf(incoming: Incoming, route: Route, verb: string): Attributes {
  if (route.kind === 'path') return { verb: incoming.method.toLowerCase(), on: { path: incoming.path } }
  const { group, plural: resource, subresource, namespace, name } = route
  return {
    verb,
    on: { group, resource, subresource, namespace, name: name === '' ? selectedName(incoming) : name },
  }
}

/** A list of the one object that a field selector names is a request for that object. */
function selectedName({ query, method }: Incoming): string {
  if (method !== 'GET' && method !== 'DELETE') return ''
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1] ?? ''
}

function verbOf({ method, query }: Incoming, route: Route): string {
  if (route.kind === 'path') return method.toLowerCase()
  const wholeCollection = route.name === ''
  switch (method) {
    case 'GET':
    case 'HEAD': {
      const watched = query.get('watch')
      if (route.watches || watched === 'true' || watched === '1') return 'watch'
      return wholeCollection ? 'list' : 'get'
    }
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return wholeCollection ? 'deletecollection' : 'delete'
    default:
      return ''
  }
}

/** Objects in a namespace are named, and created, within it; lists may be of all namespaces. */
function isMisplaced(
  { namespace, name }: Extract<Route, { kind: 'resource' }>,
  namespaced: boolean,
  verb: string,
): boolean {
  if (!namespaced) return false
  return namespace === '' && (name !== '' || verb === 'create' || verb === 'deletecollection')
}

function isMethod(method: string): method is ResourceRequest['method'] {
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)
}
