import type { Json, JsonMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { groupVersionOf, keyIn, type ServedResource } from '../discovery/index.ts'
import { decodeContinue, encodeContinue, type StoredObject } from '../store/index.ts'
import { type Selection, selectionOf } from '../watch/selection.ts'
import { badRequest, type Cause, expired, invalidOptions, notFound, tooLargeRevision } from './refusal.ts'
import { metadataOnly, representationOf } from './representation.ts'
import type { ResourceRequest } from './resource-request.ts'
import { represented, shown, tableOf, typeOf } from './shown.ts'

const tooOld = 'The resourceVersion for the provided list is too old.'
const continueTooOld =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** Answers a GET of one object, or of its scale. */
export async function get(cluster: Cluster, request: ResourceRequest): Promise<JsonMap> {
  const { resource, subresource, namespace, name, query, accept } = request
  const representation = representationOf(accept, query.get('includeObject'))
  const least = revisionIn(query.get('resourceVersion'))
  if (least > cluster.store.revision) throw tooLargeRevision(least, cluster.store.revision)
  const stored = cluster.store.get(resource.storage, keyIn(resource, namespace, name))
  if (stored === undefined) throw notFound(resource, name)
  const object = await shown(cluster, resource, stored)
  if (subresource === 'scale') {
    return cluster.handling.convert({
      type: typeOf(resource),
      resource: resource.plural,
      profile: cluster.profile,
      object,
      subresource: 'scale',
    })
  }
  return represented(cluster, resource, object, representation)
}

/** Answers a GET of a collection. */
export async function list(cluster: Cluster, request: ResourceRequest): Promise<JsonMap> {
  const { resource, query, accept } = request
  const representation = representationOf(accept, query.get('includeObject'))
  const problems = listProblems(query)
  if (problems.length > 0) throw invalidOptions('ListOptions', problems)
  const selection = selectionFor(request)
  const page = pageOf(cluster, resource, selection, query)
  const metadata: Record<string, Json> = { resourceVersion: String(page.revision) }
  if (page.next !== undefined) {
    metadata.continue = encodeContinue({ revision: page.revision, from: page.next })
    if (selection.everything) metadata.remainingItemCount = page.remaining
  }
  const objects: JsonMap[] = []
  for (const stored of page.objects) objects.push(await shown(cluster, resource, stored))
  if (representation.form === 'table') {
    return tableOf(cluster, resource, objects, representation, metadata)
  }
  if (representation.form === 'metadata') {
    const items = objects.map(metadataOnly)
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items }
  }
  return {
    kind: resource.custom?.listKind ?? `${resource.kind}List`,
    apiVersion: groupVersionOf(resource),
    metadata,
    items: resource.custom === undefined ? objects.map(withoutKind) : objects,
  }
}

/** What a request selects. Throws a 400 for parameters that cannot be read. */
export function selectionFor({ resource, namespace, name, query }: ResourceRequest): Selection {
  checkNumbers(query)
  const named = name === '' ? [] : [`metadata.name=${name}`]
  const selection = selectionOf({
    ...(namespace === '' ? {} : { namespace }),
    labels: query.get('labelSelector') ?? '',
    fields: [...named, query.get('fieldSelector') ?? ''].filter(Boolean).join(','),
    kind: resource.group === 'events.k8s.io' ? `${resource.kind}.${resource.group}` : resource.kind,
    ...(resource.custom === undefined ? {} : { customFields: resource.custom.selectableFields }),
  })
  if ('malformed' in selection) throw badRequest(selection.malformed)
  return selection
}

function checkNumbers(query: URLSearchParams): void {
  for (const name of ['limit', 'timeoutSeconds']) {
    const text = query.get(name) ?? ''
    if (text !== '' && !/^[+-]?\d+$/.test(text)) {
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
    }
  }
}

interface ListPage {
  readonly objects: readonly StoredObject[]
  readonly revision: number
  readonly next: string | undefined
  readonly remaining: number
}

function pageOf(
  cluster: Cluster,
  resource: ServedResource,
  selection: Selection,
  query: URLSearchParams,
): ListPage {
  const { store } = cluster
  const limit = Number(query.get('limit') ?? 0)
  const from = startOf(cluster, query)
  const { name } = selection
  if (name !== undefined && (selection.namespace !== undefined || !resource.namespaced)) {
    const only = store.get(resource.storage, keyIn(resource, selection.namespace ?? '', name))
    const objects = only !== undefined && selection.matches(only) ? [only] : []
    return { objects, revision: store.revision, next: undefined, remaining: 0 }
  }
  return store.page(resource.storage, {
    ...(selection.namespace === undefined ? {} : { namespace: selection.namespace }),
    ...from,
    limit,
    matches: (object) => selection.matches(object),
  })
}

/** At which revision, and after which object, a list begins. */
function startOf({ store, profile }: Cluster, query: URLSearchParams): { revision?: number; from?: string } {
  const token = query.get('continue') ?? ''
  const asked = revisionIn(query.get('resourceVersion'), 'invalid resource version: ')
  if (token !== '') {
    if (asked > 0) throw badRequest('specifying resource version is not allowed when using continue')
    const decoded = decodeContinue(token)
    if (typeof decoded === 'string') throw badRequest(`invalid continue token: ${decoded}`)
    const { revision, from } = decoded
    if (revision < 0) return { from }
    if (revision < store.floor) throw expired(continueTooOld, encodeContinue({ revision: -1, from }))
    return { revision, from }
  }
  if (asked === 0) return {}
  const match = query.get('resourceVersionMatch')
  const isExact = match === 'Exact' || (match === null && Number(query.get('limit') ?? 0) > 0)
  // Up to 1.33 etcd itself is asked for an exact revision, and nobody says when to come again.
  const isAskedAgain = !isExact || profile !== '1.33'
  if (asked > store.revision) throw tooLargeRevision(asked, store.revision, isAskedAgain)
  if (!isExact) return {}
  if (asked < store.floor) throw expired(tooOld)
  return { revision: asked }
}

/** Source: pkg/apis/meta/internalversion/validation. */
function listProblems(query: URLSearchParams): Cause[] {
  const causes: Cause[] = []
  const match = query.get('resourceVersionMatch')
  const forbid = (field: string, why: string): void => {
    causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field })
  }
  if (match !== null && match !== '') {
    if ((query.get('resourceVersion') ?? '') === '') {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    }
    if ((query.get('continue') ?? '') !== '') {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`
      causes.push({ reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' })
    }
    if (match === 'Exact' && query.get('resourceVersion') === '0') {
      forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (query.has('sendInitialEvents')) {
    forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  }
  return causes
}

/** The number of a resourceVersion; 0 for none. Throws a 400 for a text that is none; `where` begins its message. */
export function revisionIn(text: string | null, where = ''): number {
  if (text === null || text === '') return 0
  if (/^\d+$/.test(text)) return Number(text)
  throw badRequest(`${where}${noRevision(text)}`)
}

/** What a server says of a text that is no resourceVersion. */
export function noRevision(text: string): string {
  const quoted = JSON.stringify(text)
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`
}

/** Objects of built-in lists leave out what the list says. */
function withoutKind(object: JsonMap): JsonMap {
  const { kind: _, apiVersion: __, ...rest } = object
  return rest
}
