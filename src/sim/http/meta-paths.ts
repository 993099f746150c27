import type { Cluster } from '../clusters/cluster.ts'
import type { JsonMap } from '../../core/object/index.ts'
import {
  aggregated,
  aggregatedType,
  hashOf,
  legacyGroup,
  legacyGroups,
  legacyResources,
  legacyVersions,
  openApiDocuments,
  openApiIndex,
} from '../discovery/index.ts'
import { notAcceptable } from '../verbs/refusal.ts'
import { acceptedTypes, takesJson } from '../verbs/representation.ts'
import { type Answer, type Incoming, pageNotFound } from './answer.ts'
import { nothingAt } from './nothing-at.ts'

const health = /^\/(healthz|livez|readyz)(\/.*)?$/

/** Answers what a cluster tells about itself: health, version, discovery, OpenAPI v3. */
export function metaAnswer(cluster: Cluster, incoming: Incoming): Answer {
  const { path, method } = incoming
  if (method !== 'GET' && method !== 'HEAD') return pageNotFound
  if (health.test(path))
    return { code: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' }
  const { catalogue } = cluster
  if (path === '/version') return json(incoming, catalogue.release.version)
  if (path === '/openapi/v3') return cached(incoming, openApiIndex(catalogue, cluster.prefix))
  if (path.startsWith('/openapi/v3/')) return openApiDocument(cluster, incoming)
  if (path === '/api' || path === '/apis') return discovery(cluster, incoming, path)
  const [, root, group = '', version = ''] = path.split('/')
  const resources = root === 'api' ? legacyResources(catalogue, '', group) : undefined
  const found = root === 'apis' ? groupOrResources(cluster, group, version) : resources
  return found === undefined ? nothingAt(catalogue, path) : json(incoming, found)
}

function groupOrResources({ catalogue }: Cluster, group: string, version: string): JsonMap | undefined {
  return version === '' ? legacyGroup(catalogue, group) : legacyResources(catalogue, group, version)
}

function discovery({ catalogue }: Cluster, incoming: Incoming, path: '/api' | '/apis'): Answer {
  const accept = incoming.headers.first('accept')
  for (const { type, parameters } of acceptedTypes(accept === '' ? '*/*' : accept)) {
    const { as, g, v } = parameters
    if (
      as === 'APIGroupDiscoveryList' &&
      g === 'apidiscovery.k8s.io' &&
      v === 'v2' &&
      type === 'application/json'
    ) {
      const { body, etag } = aggregated(catalogue, path)
      return withTag(incoming, etag, { code: 200, headers: { 'content-type': aggregatedType }, body })
    }
    if (as !== undefined) continue
    if (type === 'application/json' || type === '*/*' || type === 'application/*') {
      return {
        code: 200,
        headers: { vary: 'Accept' },
        body: path === '/api' ? legacyVersions() : legacyGroups(catalogue),
      }
    }
  }
  throw notAcceptable(['application/json'])
}

function openApiDocument({ catalogue }: Cluster, incoming: Incoming): Answer {
  const document = openApiDocuments(catalogue).get(incoming.path.slice('/openapi/v3/'.length))
  if (document === undefined) return pageNotFound
  const asked = incoming.query.get('hash')
  if (asked !== null && asked !== document.hash) {
    const to = `${incoming.path}?hash=${document.hash}`
    return { code: 301, headers: { location: to }, body: '' }
  }
  const forEver =
    asked === null ? {} : { 'cache-control': 'public, immutable', expires: 'Thu, 31 Dec 2099 00:00:00 GMT' }
  return withTag(incoming, `"${document.hash}"`, {
    code: 200,
    headers: { 'content-type': 'application/json', ...forEver },
    body: document.bytes,
  })
}

function cached(incoming: Incoming, body: Parameters<typeof JSON.stringify>[0]): Answer {
  const text = JSON.stringify(body)
  return withTag(incoming, `"${hashOf(text)}"`, {
    code: 200,
    headers: { 'content-type': 'application/json' },
    body: text,
  })
}

function withTag(incoming: Incoming, etag: string, answer: Extract<Answer, { body: unknown }>): Answer {
  const headers = { ...answer.headers, etag, vary: 'Accept' }
  if (incoming.headers.first('if-none-match') === etag) return { code: 304, headers, body: '' }
  return { ...answer, headers }
}

function json(incoming: Incoming, body: JsonMap): Answer {
  if (!takesJson(incoming.headers.first('accept'))) throw notAcceptable(['application/json'])
  return { code: 200, body }
}
