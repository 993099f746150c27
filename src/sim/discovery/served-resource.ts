/** A subresource such as `status` or `scale`. */
export interface ServedSubresource {
  readonly name: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
}

/** One resource of one version, as discovery tells it. */
export interface ServedResource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly ServedSubresource[]
  /** Under which its objects are stored: the same for all versions. */
  readonly storage: string
  /** Of a custom resource. */
  readonly custom?: CustomResource
}

/** What the definition of a custom resource says about it. */
export interface CustomResource {
  /** What the object handling knows the definition by. */
  readonly digest: string
  /** The name of the CustomResourceDefinition. */
  readonly definition: string
  readonly listKind: string
  readonly selectableFields: readonly string[]
}

/** `apps/v1`, or `v1`. */
export function groupVersionOf({ group, version }: Pick<ServedResource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

/** Under which the objects of a resource are stored: `deployments.apps`, `pods`. */
export function storageOf(group: string, plural: string): string {
  // Events of both groups are the same objects.
  if (plural === 'events' && group === 'events.k8s.io') return plural
  return group === '' ? plural : `${plural}.${group}`
}

/** Where an object of a resource is kept. */
export function keyIn(resource: Pick<ServedResource, 'namespaced'>, namespace: string, name: string): string {
  return resource.namespaced ? `${namespace}/${name}` : name
}
