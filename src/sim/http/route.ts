/** What an address below a cluster means. */
export type Route =
  | {
      readonly kind: 'resource'
      readonly group: string
      readonly version: string
      readonly plural: string
      /** Empty where none is named. */
      readonly namespace: string
      readonly name: string
      readonly subresource: string
      /** An address of the old form `/api/v1/watch/…`. */
      readonly watches: boolean
    }
  | { readonly kind: 'path'; readonly path: string }

/** Subresources of a namespace; what else follows its name is a resource in it. */
const ofNamespace = new Set(['status', 'finalize'])

/** Reads an address as an API server does (apiserver, pkg/endpoints/request/requestinfo.go). */
export function routeOf(path: string): Route {
  const segments = path
    .split('/')
    .filter((one) => one !== '')
    .map(decoded)
  const [root, ...rest] = segments
  if (root !== 'api' && root !== 'apis') return { kind: 'path', path }
  const group = root === 'api' ? '' : (rest.shift() ?? '')
  const version = rest.shift()
  if (version === undefined || rest.length === 0) return { kind: 'path', path }
  const watches = rest[0] === 'watch'
  if (watches) rest.shift()
  const [first = '', second = '', third = '', fourth = ''] = rest
  const common = { kind: 'resource', group, version, watches } as const
  const isWithin =
    first === 'namespaces' &&
    rest.length >= 3 &&
    !(group === '' && rest.length === 3 && ofNamespace.has(third))
  if (isWithin) {
    return { ...common, namespace: second, plural: third, name: fourth, subresource: rest.slice(4).join('/') }
  }
  const namespace = first === 'namespaces' && group === '' ? second : ''
  return { ...common, namespace, plural: first, name: second, subresource: rest.slice(2).join('/') }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
