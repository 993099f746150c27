import type { ObjectType } from '../../apimachinery/index.ts'
import type { JsonMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { groupVersionOf, type ServedResource } from '../discovery/index.ts'
import { type StoredObject, wholeOf } from '../store/index.ts'
import { metadataOnly, type Representation } from './representation.ts'

/** What the object handling knows a resource by. */
export function typeOf({ group, version, kind, custom }: ServedResource): ObjectType {
  return { group, version, kind, ...(custom === undefined ? {} : { definition: custom.digest }) }
}

/** A stored object in the version of a resource. */
export async function shown(
  cluster: Cluster,
  resource: ServedResource,
  stored: StoredObject,
): Promise<JsonMap> {
  const object = wholeOf(stored)
  return isShownAs(resource, stored) ? object : inVersion(cluster, resource, object)
}

/** True when a stored object is in the version of the resource as it is. */
export function isShownAs(resource: ServedResource, { shape }: StoredObject): boolean {
  return shape.apiVersion === groupVersionOf(resource)
}

/** An object in the version of a resource. Custom resources differ in nothing but the name of the version. */
async function inVersion(cluster: Cluster, resource: ServedResource, object: JsonMap): Promise<JsonMap> {
  if (resource.custom !== undefined) return { ...object, apiVersion: groupVersionOf(resource) }
  return cluster.handling.convert({
    type: typeOf(resource),
    resource: resource.plural,
    profile: cluster.profile,
    object,
  })
}

/** An object in the form that a client asks for. */
export async function represented(
  cluster: Cluster,
  resource: ServedResource,
  object: JsonMap,
  representation: Representation,
): Promise<JsonMap> {
  if (representation.form === 'plain' || object.kind === 'Status') return object
  if (representation.form === 'metadata') return metadataOnly(object)
  return tableOf(cluster, resource, [object], representation, {})
}

/** Objects as a table, with the metadata of the list. */
export async function tableOf(
  cluster: Cluster,
  resource: ServedResource,
  objects: readonly JsonMap[],
  { include }: Extract<Representation, { form: 'table' }>,
  metadata: JsonMap,
): Promise<JsonMap> {
  const { columnDefinitions, rows } = await cluster.handling.table({
    type: typeOf(resource),
    resource: resource.plural,
    profile: cluster.profile,
    objects,
    now: cluster.now(),
  })
  const [only] = objects
  const ofOne = objects.length === 1 && only !== undefined && Object.keys(metadata).length === 0
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: ofOne ? revisionIn(only) : metadata,
    columnDefinitions,
    rows: rows.map((row, i) => ({ ...row, ...objectIn(objects[i] ?? {}, include) })),
  } as unknown as JsonMap
}

function objectIn(object: JsonMap, include: 'None' | 'Metadata' | 'Object'): JsonMap {
  if (include === 'None') return { object: null }
  return { object: include === 'Object' ? object : metadataOnly(object) }
}

function revisionIn(object: JsonMap): JsonMap {
  const metadata = object.metadata as JsonMap | undefined
  return metadata?.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }
}
