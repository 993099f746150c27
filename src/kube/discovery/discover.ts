import { isList, isMap, type JsonMap } from '../../core/object/index.ts'
import { badAnswer, jsonOf, type RequestSubject } from '../answer/index.ts'
import { type ApiResource, apiVersionOf } from '../api-resource.ts'
import type { Exchange } from '../exchange.ts'
import { maps, text, texts, type Told } from './discovery-document.ts'
import { Discovery, type DiscoveryGap } from './discovery.ts'
import { legacyCore, legacyGroups } from './legacy-discovery.ts'

const form = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
const accept = [form('v2'), form('v2beta1'), 'application/json'].join(',')

/**
 * What the cluster serves: aggregated discovery (v2, v2beta1), or one request a group-version where that is not
 * served. A group-version that the server calls stale, or cannot tell, is a gap (incident 15).
 */
export async function discover(exchange: Exchange): Promise<Discovery> {
  const [core, groups] = await Promise.all([root(exchange, '/api'), root(exchange, '/apis')])
  return new Discovery([...core.resources, ...groups.resources], [...core.failed, ...groups.failed])
}

async function root(exchange: Exchange, path: '/api' | '/apis'): Promise<Told> {
  const subject: RequestSubject = {
    name: `cluster ${exchange.connection.name}`,
    action: `discover ${path}`,
    secret: false,
  }
  const answer = await exchange.call({ method: 'GET', path, accept, subject, idempotent: true })
  const body = jsonOf(answer, subject)
  if (body.kind === 'APIGroupDiscoveryList') return aggregated(body, subject)
  if (body.kind === 'APIVersions') return legacyCore(exchange, body)
  if (body.kind === 'APIGroupList') return legacyGroups(exchange, body)
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
