import { createHash } from 'node:crypto'
import { isList, isMap, type JsonMap } from '../../core/object/index.ts'
import { SharedValues } from '../../core/shared-values.ts'
import { badAnswer, jsonOf, type RawAnswer, type RequestSubject } from '../answer/index.ts'
import { type ApiResource, apiVersionOf } from '../api-resource.ts'
import type { Exchange } from '../exchange.ts'
import { maps, text, texts, type Told } from './discovery-document.ts'
import { Discovery, type DiscoveryGap } from './discovery.ts'
import { legacyCore, legacyGroups } from './legacy-discovery.ts'

const form = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
const accept = [form('v2'), form('v2beta1'), 'application/json'].join(',')

/** By what the servers answered, byte by byte: a thousand clusters of a few versions serve a few things. */
const shared = new SharedValues<Discovery>()

/**
 * What the cluster serves: aggregated discovery (v2, v2beta1), or one request a group-version where that is not
 * served. A group-version that the server calls stale, or cannot tell, is a gap (incident 15). Equal answers of
 * clusters are one value, and are read once.
 */
export async function discover(exchange: Exchange): Promise<Discovery> {
  const [core, groups] = await Promise.all([ask(exchange, '/api'), ask(exchange, '/apis')])
  const digest = digestOf(core, groups)
  const known = shared.get(digest)
  if (known !== undefined) return known
  const told = await Promise.all([read(exchange, core), read(exchange, groups)])
  const discovery = new Discovery(
    told.flatMap(({ resources }) => resources),
    told.flatMap(({ failed }) => failed),
  )
  // Of other forms the answers say only where to ask on.
  return told.every(({ whole }) => whole) ? shared.share(digest, discovery) : discovery
}

interface Asked {
  readonly subject: RequestSubject
  readonly answer: RawAnswer
}

async function ask(exchange: Exchange, path: '/api' | '/apis'): Promise<Asked> {
  const subject: RequestSubject = {
    name: `cluster ${exchange.connection.name}`,
    action: `discover ${path}`,
    secret: false,
  }
  return { subject, answer: await exchange.call({ method: 'GET', path, accept, subject, idempotent: true }) }
}

function digestOf(...all: readonly Asked[]): string {
  const hash = createHash('sha256')
  for (const { answer } of all) hash.update(`${answer.body.length}\n`).update(answer.body)
  return hash.digest('base64')
}

async function read(
  exchange: Exchange,
  { subject, answer }: Asked,
): Promise<Told & { readonly whole: boolean }> {
  const body = jsonOf(answer, subject)
  if (body.kind === 'APIGroupDiscoveryList') return { ...aggregated(body, subject), whole: true }
  if (body.kind === 'APIVersions') return { ...(await legacyCore(exchange, body)), whole: false }
  if (body.kind === 'APIGroupList') return { ...(await legacyGroups(exchange, body)), whole: false }
  throw badAnswer(subject, 'the answer is no discovery document')
}

function aggregated(body: JsonMap, subject: RequestSubject): Told {
  if (!isList(body.items)) throw badAnswer(subject, 'the discovery document has no items')
  const resources: ApiResource[] = []
  const failed: DiscoveryGap[] = []
  for (const item of body.items.filter(isMap)) {
    const group = isMap(item.metadata) ? (text(item.metadata.name) ?? '') : ''
    for (const entry of maps(item.versions)) {
      const version = text(entry.version)
      if (version === undefined) continue
      if (entry.freshness === 'Stale') {
        failed.push({
          groupVersion: apiVersionOf({ group, version }),
          message: 'the API service behind it does not answer: what it serves is not known',
        })
      }
      for (const resource of maps(entry.resources)) {
        const read = resourceOf(resource, group, version)
        if (read !== undefined) resources.push(read)
      }
    }
  }
  return { resources, failed }
}

function resourceOf(entry: JsonMap, group: string, version: string): ApiResource | undefined {
  const plural = text(entry.resource)
  const kind = isMap(entry.responseKind) ? text(entry.responseKind.kind) : undefined
  if (plural === undefined || kind === undefined) return undefined
  return {
    group,
    version,
    kind,
    plural,
    singular: text(entry.singularResource) ?? '',
    namespaced: entry.scope === 'Namespaced',
    verbs: texts(entry.verbs),
    shortNames: texts(entry.shortNames),
    categories: texts(entry.categories),
    subresources: maps(entry.subresources).flatMap((one) => text(one.subresource) ?? []),
  }
}
