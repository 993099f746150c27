import type { ResourceRef } from '../api-resource.ts'

/** What a request is about, for the message of its failure. */
export interface RequestSubject {
  /** As people name it: `Deployment shop/web`, `ConfigMaps of namespace shop`, `cluster prod`. */
  readonly name: string
  /** What was tried, after "cannot": `apply`, `list`. */
  readonly action: string
  /** True when request and answer may hold values of a Secret: then no text of the server is passed on. */
  readonly secret: boolean
  /** The one object that was asked for. */
  readonly object?: { readonly group: string; readonly plural: string; readonly name: string }
}

/** The subject of a request about one object. */
export function subjectOfObject(
  resource: ResourceRef,
  namespace: string | undefined,
  name: string | undefined,
  action: string,
): RequestSubject {
  const where = resource.namespaced && namespace !== undefined && namespace !== '' ? `${namespace}/` : ''
  const secret = holdsSecrets(resource)
  // An object without a name yet: the server makes one up, or stores nothing.
  if (name === undefined) return { name: `${resource.kind} ${where}`.trim(), action, secret }
  return {
    name: `${resource.kind} ${where}${name}`,
    action,
    secret,
    object: { group: resource.group, plural: resource.plural, name },
  }
}

/** The subject of a request about all objects of a kind. */
export function subjectOfKind(
  resource: ResourceRef,
  namespace: string | undefined,
  action: string,
): RequestSubject {
  const where =
    resource.namespaced && namespace !== undefined && namespace !== '' ? ` of namespace ${namespace}` : ''
  return { name: `${resource.plural}${where}`, action, secret: holdsSecrets(resource) }
}

function holdsSecrets(resource: ResourceRef): boolean {
  return resource.group === '' && resource.kind === 'Secret'
}
