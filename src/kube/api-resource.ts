/** One kind as one version of its group serves it, from the cluster's discovery. */
export interface ApiResource {
  /** The empty text is the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** As it stands in addresses: `deployments`. */
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  /** Names without the parent: `status`, `scale`. */
  readonly subresources: readonly string[]
}

/** What is needed to address a kind; every `ApiResource` is one. */
export type ResourceRef = Pick<ApiResource, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(resource: Pick<ApiResource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/**
 * The address of a kind (no name), one object, or its subresource. `namespace` is left out for
 * cluster-scoped kinds, and for a list or watch over all namespaces.
 */
export function pathOf(
  resource: ResourceRef,
  namespace: string | undefined,
  name?: string,
  subresource?: string,
): string {
  const root =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const parts = [root]
  if (resource.namespaced && namespace !== undefined && namespace !== '') {
    parts.push('namespaces', encodeURIComponent(namespace))
  }
  parts.push(resource.plural)
  if (name !== undefined) parts.push(encodeURIComponent(name))
  if (subresource !== undefined) parts.push(subresource)
  return parts.join('/')
}
