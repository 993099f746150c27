import type { KubeObject } from './kube-object.ts'

/**
 * Names one object of one cluster. The version is left out on purpose: the same object is served in every
 * version of its group, and must not be taken for two.
 */
export interface ObjectRef {
  /** API group; the empty text is the core group. */
  readonly group: string
  readonly kind: string
  /** The empty text for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** The group of an `apiVersion`: `apps` for `apps/v1`, the empty text for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** The version of an `apiVersion`: `v1` for `apps/v1` and for `v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

export function refOf(object: KubeObject): ObjectRef {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  }
}

/** A text that is equal for equal refs only; usable as a map key and as a database key. */
export function keyOf(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`
}

/** The inverse of `keyOf`. Names of objects may hold `/` nowhere, so the split is safe. */
export function refOfKey(key: string): ObjectRef {
  const [group = '', kind = '', namespace = '', name = ''] = key.split('/')
  return { group, kind, namespace, name }
}

/** How people read a ref: `Deployment shop/web`, `Namespace shop`. */
export function nameOf(ref: ObjectRef): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`
}
