import { Agent, fetch } from 'undici'
import { isList, isMap, type Json, type JsonMap } from '../../src/core/object/index.ts'
import type { AttachedApiServer } from '../kubernetes/index.ts'

/** What one server publishes about itself. */
export interface PublishedVersion {
  /** `/version`. */
  readonly release: JsonMap
  /** The aggregated discovery of `/api` and `/apis`. */
  readonly discovery: { readonly core: JsonMap; readonly groups: JsonMap }
  /** The OpenAPI v3 documents by their path, such as `apis/apps/v1`. */
  readonly documents: Readonly<Record<string, JsonMap>>
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Reads it all. Throws on any answer but 200. */
export async function readVersion(server: AttachedApiServer): Promise<PublishedVersion> {
  const agent = new Agent({ connect: { ca: server.caPem } })
  const get = async (path: string, accept = 'application/json'): Promise<JsonMap> => {
    const headers = { authorization: `Bearer ${server.token('admin')}`, accept }
    const response = await fetch(`${server.url}${path}`, { dispatcher: agent, headers })
    const body = (await response.json()) as Json
    if (!response.ok || !isMap(body)) throw new Error(`GET ${path}: ${response.status}`)
    return body
  }
  try {
    const { paths } = await get('/openapi/v3')
    if (!isMap(paths)) throw new Error('GET /openapi/v3: no paths')
    const documents: Record<string, JsonMap> = {}
    for (const path of Object.keys(paths).toSorted()) {
      const bare = withoutDescriptions(await get(`/openapi/v3/${path}`))
      if (isMap(bare)) documents[path] = bare
    }
    const discovery = { core: await get('/api', aggregated), groups: await get('/apis', aggregated) }
    return { release: await get('/version'), discovery, documents }
  } finally {
    await agent.close()
  }
}

/**
 * A document without its prose, which simulated servers do not publish. A property may be called description too: its
 * value is then a schema, not a text.
 */
export function withoutDescriptions(value: Json): Json {
  if (isList(value)) return value.map(withoutDescriptions)
  if (!isMap(value)) return value
  const kept = Object.entries(value).filter(([key, one]) => key !== 'description' || typeof one !== 'string')
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutDescriptions(one)]))
}
