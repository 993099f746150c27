import { builtInKind } from '../built-in-kinds.ts'
import type { Access } from '../kinds/index.ts'
import { groupOf, type KubeObject } from '../object/index.ts'

/** What one Access lets the bundles write that it names. */
export interface BundleWrites {
  /** The Access. */
  readonly by: string
  readonly namespaces: readonly string[] | undefined
  /** `Deployment`, or `Deployment.apps` where the name alone could mean several. */
  readonly kinds: readonly string[] | undefined
}

/** Where a bundle may write, by every Access that bounds it; empty for a bundle that none bounds. */
export function writesOf(accesses: Iterable<Access>, bundle: string): BundleWrites[] {
  return [...accesses].flatMap(({ metadata, spec }) =>
    spec.writes === undefined || spec.bundles?.includes(bundle) !== true
      ? []
      : [{ by: metadata.name, namespaces: spec.writes.namespaces, kinds: spec.writes.kinds }],
  )
}

/**
 * Whether one of them lets an object be written; `namespace` is where one without a namespace goes. What has no namespace
 * on the cluster, or is of a kind that nobody here knows, must be named by its kind: a list of namespaces says nothing
 * about it. A Namespace of the list may be declared.
 */
export function mayWrite(all: readonly BundleWrites[], object: KubeObject, namespace: string): boolean {
  return all.some(({ namespaces, kinds }) => {
    const isNamed = kinds?.some((kind) => isKind(kind, object)) === true
    if (kinds !== undefined && !isNamed) return false
    if (namespaces === undefined) return true
    if (object.kind === 'Namespace' && object.apiVersion === 'v1')
      return namespaces.includes(object.metadata.name)
    const place = placeOf(object, namespace)
    return place === undefined ? isNamed : namespaces.includes(place)
  })
}

/** The namespace that an object goes to; undefined for none, and where only a server knows whether there is one. */
function placeOf({ apiVersion, kind, metadata }: KubeObject, namespace: string): string | undefined {
  const known = builtInKind(kind)
  if (known?.kind === kind && known.group === groupOf(apiVersion))
    return known.namespaced ? (metadata.namespace ?? namespace) : undefined
  return metadata.namespace
}

function isKind(named: string, { apiVersion, kind }: KubeObject): boolean {
  return named === kind || named === `${kind}.${groupOf(apiVersion)}`
}
