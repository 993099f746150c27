import { type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { groupVersionOf } from '../discovery/index.ts'
import { selectionFor } from './read.ts'
import type { ResourceRequest } from './resource-request.ts'
import { shown } from './shown.ts'
import { write, type Written } from './write.ts'

/** The parameters that choose objects; the others say how they are deleted. */
const selecting = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
]

/**
 * Deletes every object of a collection that the request selects; the answer is the list of what was there. As on a real
 * server it is no single act: it ends with the first object that cannot be deleted.
 */
export async function deleteCollection(cluster: Cluster, request: ResourceRequest): Promise<Written> {
  const { resource, contentType, userAgent, body, user } = request
  const selection = selectionFor(request)
  const { objects, revision } = cluster.store.page(resource.storage, {
    ...(selection.namespace === undefined ? {} : { namespace: selection.namespace }),
    matches: (object) => selection.matches(object),
  })
  const query = new URLSearchParams(request.query)
  for (const name of selecting) query.delete(name)
  const items: JsonMap[] = []
  for (const stored of objects) {
    const { name, namespace } = mapOf(stored.shape.metadata)
    const { kind: _, apiVersion: _own, ...item } = await shown(cluster, resource, stored)
    items.push(item)
    const done = await write(cluster, {
      resource,
      method: 'DELETE',
      subresource: '',
      namespace: textOf(namespace),
      name: textOf(name),
      query: query.toString(),
      contentType,
      userAgent,
      body,
      user,
    })
    if (done.code >= 400 && done.code !== 404) return done
  }
  return {
    code: 200,
    body: {
      kind: resource.custom?.listKind ?? `${resource.kind}List`,
      apiVersion: groupVersionOf(resource),
      metadata: { resourceVersion: String(revision) },
      items,
    },
    warnings: [],
  }
}
