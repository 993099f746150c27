import { isList, isMap, type JsonMap, type KubeObject } from '../core/object/index.ts'
import { asObject, badAnswer, jsonOf, type RequestSubject, subjectOfKind } from './answer/index.ts'
import { apiVersionOf, pathOf, type ResourceRef } from './api-resource.ts'
import type { ListOptions, ListPage } from './cluster-api.ts'
import type { Exchange } from './exchange.ts'
import { isKubeFailure } from './failure.ts'

const pageSize = 500
const maxRestarts = 3
const listForm = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/**
 * The pages of a list at one revision, by quorum reads. When the server forgets the revision between two pages
 * (410), the list starts over, at most three times; a page then says so. The last page, and only it, has `last`.
 */
export async function* listPages(
  exchange: Exchange,
  resource: ResourceRef,
  options: ListOptions,
): AsyncGenerator<ListPage> {
  const subject = subjectOfKind(resource, options.namespace, 'list')
  let token: string | undefined
  let revision: string | undefined
  let restart = false
  for (let restarts = 0; ; ) {
    let page: Page
    try {
      page = await readPage(exchange, resource, options, subject, token)
    } catch (error) {
      if (!isKubeFailure(error, 'gone') || token === undefined || restarts === maxRestarts) throw error
      restarts += 1
      token = undefined
      revision = undefined
      restart = true
      continue
    }
    // A watch must start where the first page was read, whatever later pages say.
    revision ??= page.resourceVersion
    token = page.next
    yield { items: page.items, resourceVersion: revision, restart, last: token === undefined }
    if (token === undefined) return
    restart = false
  }
}

/**
 * The revision that the cluster stands at for this kind, for the price of one object. A cluster that was restored
 * from a backup shows here, while a watch from a revision that it has not reached stays silent.
 */
export async function currentRevision(
  exchange: Exchange,
  resource: ResourceRef,
  options: ListOptions,
): Promise<string> {
  const subject = subjectOfKind(resource, options.namespace, 'list')
  const page = await readPage(
    exchange,
    resource,
    { ...options, limit: 1, metadataOnly: true },
    subject,
    undefined,
  )
  return page.resourceVersion
}

interface Page {
  readonly items: KubeObject[]
  readonly resourceVersion: string
  readonly next: string | undefined
}

async function readPage(
  exchange: Exchange,
  resource: ResourceRef,
  options: ListOptions,
  subject: RequestSubject,
  token: string | undefined,
): Promise<Page> {
  const answer = await exchange.call({
    method: 'GET',
    path: pathOf(resource, options.namespace),
    query: {
      limit: String(options.limit ?? pageSize),
      continue: token,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    },
    ...(options.metadataOnly === true ? { accept: listForm } : {}),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    subject,
    idempotent: true,
  })
  return pageOf(jsonOf(answer, subject), resource, options.metadataOnly === true, subject)
}

function pageOf(body: JsonMap, resource: ResourceRef, metadataOnly: boolean, subject: RequestSubject): Page {
  const { kind } = body
  const expected = metadataOnly ? kind === 'PartialObjectMetadataList' : isListOf(body, resource)
  if (!expected)
    throw badAnswer(
      subject,
      `the answer is ${JSON.stringify(kind ?? 'no kind')}, not a list of ${resource.kind}`,
    )
  const { metadata } = body
  const revision = isMap(metadata) ? metadata.resourceVersion : undefined
  if (!isMap(metadata) || typeof revision !== 'string' || revision === '') {
    throw badAnswer(subject, 'the list has no resourceVersion')
  }
  // Go writes an empty slice that was never made as null; a list without the field is cut off.
  const items = body.items === null ? [] : body.items
  if (!isList(items)) throw badAnswer(subject, 'the list has no items')
  const { continue: next } = metadata
  return {
    items: items.map((item) => objectIn(item, resource, subject)),
    resourceVersion: revision,
    next: typeof next === 'string' && next !== '' ? next : undefined,
  }
}

/** A custom kind may name its list as it likes, but ends in List by every convention; built-in ones always do. */
function isListOf(body: JsonMap, resource: ResourceRef): boolean {
  return (
    typeof body.kind === 'string' && body.kind.endsWith('List') && body.apiVersion === apiVersionOf(resource)
  )
}

/** Items leave out their kind, and metadata-only items carry that of their form: all get their own. */
function objectIn(item: unknown, resource: ResourceRef, subject: RequestSubject): KubeObject {
  const whole = isMap(item) ? asObject(withKind(item, resource)) : undefined
  if (typeof whole?.metadata.name !== 'string')
    throw badAnswer(subject, 'the list holds something that is not an object')
  return whole
}

/** The object under its own `apiVersion` and `kind`. */
export function withKind(item: JsonMap, resource: ResourceRef): JsonMap {
  return { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind }
}
