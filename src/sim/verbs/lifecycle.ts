import { type JsonMap, mapOf, mapsOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import type { ServedResource } from '../discovery/index.ts'
import { forbidden, notFound, type Refusal } from './refusal.ts'

const definitions = 'customresourcedefinitions.apiextensions.k8s.io'
const immortal = new Set(['default', 'kube-system', 'kube-public'])

/**
 * Why nothing may be created: the definition of the resource goes away, or the namespace does or is not there (admission
 * plugin NamespaceLifecycle). `name` is that of the object, as far as it is known.
 */
export function creationRefusal(
  { store }: Cluster,
  resource: ServedResource,
  namespace: string,
  name: string,
): Refusal | undefined {
  const definition =
    resource.custom === undefined ? undefined : store.get(definitions, resource.custom.definition)
  if (mapsOf(mapOf(definition?.shape.status).conditions).some(isTerminating))
    return forbidden(resource, name, 'create not allowed while custom resource definition is terminating')
  if (!resource.namespaced) return undefined
  const found = store.get('namespaces', namespace)
  if (found === undefined) return notFound({ group: '', plural: 'namespaces' }, namespace)
  const { status } = found.shape
  const phase = typeof status === 'object' && status !== null && 'phase' in status ? status.phase : undefined
  if (phase !== 'Terminating') return undefined
  return forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}

function isTerminating({ type, status }: JsonMap): boolean {
  return type === 'Terminating' && status === 'True'
}

/** Why an object may not be deleted: the namespaces that every cluster has stay. */
export function deletionRefusal(resource: ServedResource, name: string): Refusal | undefined {
  if (resource.storage !== 'namespaces' || !immortal.has(name)) return undefined
  return forbidden(resource, name, 'this namespace may not be deleted')
}
