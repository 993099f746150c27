import { Failure } from '../failure.ts'
import { isList, isMap, type Json, type JsonMap } from '../object/index.ts'
import {
  DEDUCED,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
  SCALAR,
  type SchemaNode,
  type TypeSchema,
  UNTYPED,
} from './type-schema.ts'

export type SchemaCode =
  /** What a cluster served as its OpenAPI v3 document has no schemas. */
  | 'malformed-schema'
  /** An item of a keyed list has none of its key fields: no path names it, and a server refuses it. */
  | 'keyless-item'

/** Names a kind in one version. */
export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The types of one group-version. */
export interface SchemaSet {
  typeOf(kind: GroupVersionKind): TypeSchema | undefined
}

/**
 * Reads one document of `/openapi/v3/<group-version>`, by the rules with which the API server itself derives
 * ownership from it (kube-openapi `schemaconv`). Throws a `Failure` ('malformed-schema') for a document without
 * schemas; a schema that is odd inside is taken as of unknown type. Nothing of the document is held on to.
 */
export function parseOpenApi(document: unknown): SchemaSet {
  const schemas =
    isMap(document) && isMap(document['components']) ? document['components']['schemas'] : undefined
  if (!isMap(document) || !isMap(schemas)) {
    throw new Failure<SchemaCode>(
      'malformed-schema',
      'cannot read the OpenAPI document: it has no components.schemas',
      {
        hint: 'look at what the cluster answers: kubectl get --raw /openapi/v3',
        retryable: true,
      },
    )
  }
  const reader = new Reader(schemas)
  const separate = kindsWithStatusEndpoint(document['paths'])
  const types = new Map<string, TypeSchema>()
  for (const [name, schema] of Object.entries(schemas)) {
    for (const kind of kindsOf(isMap(schema) ? schema['x-kubernetes-group-version-kind'] : undefined)) {
      const key = keyOfKind(kind)
      types.set(key, { node: reader.named(name), separateStatus: separate?.has(key) ?? true })
    }
  }
  reader.finish()
  return { typeOf: (kind) => types.get(keyOfKind(kind)) }
}

function keyOfKind({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`
}

function kindsOf(value: Json | undefined): GroupVersionKind[] {
  const list = isList(value) ? value : [value]
  return list.flatMap((item) => {
    if (!isMap(item) || typeof item['kind'] !== 'string' || item['kind'] === '') return []
    const { group = '', version = '', kind } = item
    if (typeof group !== 'string' || typeof version !== 'string') return []
    return [{ group, version, kind }]
  })
}

function kindsWithStatusEndpoint(paths: Json | undefined): ReadonlySet<string> | undefined {
  if (!isMap(paths)) return undefined
  const kinds = new Set<string>()
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.endsWith('/{name}/status') || !isMap(methods)) continue
    for (const method of Object.values(methods)) {
      if (!isMap(method)) continue
      for (const kind of kindsOf(method['x-kubernetes-group-version-kind'])) kinds.add(keyOfKind(kind))
    }
  }
  return kinds
}

// Their published schemas do not say what they are; the API server hard-codes them as well.
const HARD_CODED = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', SCALAR],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', UNTYPED],
])

class Reader {
  readonly #schemas: JsonMap
  readonly #named = new Map<string, SchemaNode>(HARD_CODED)
  readonly #later: (() => void)[] = []

  constructor(schemas: JsonMap) {
    this.#schemas = schemas
  }

  /** The node of a component. It is filled in place, so that types may refer to themselves. */
  named(name: string): SchemaNode {
    const known = this.#named.get(name)
    if (known !== undefined) return known
    const schema = Object.hasOwn(this.#schemas, name) ? this.#schemas[name] : undefined
    if (!isMap(schema)) return DEDUCED
    const node = { ...SCALAR }
    this.#named.set(name, node)
    const target = referenceOf(schema)
    if (target === undefined) Object.assign(node, this.#shape(schema))
    else this.#later.push(() => Object.assign(node, this.named(target)))
    return node
  }

  finish(): void {
    for (let next = this.#later.pop(); next !== undefined; next = this.#later.pop()) next()
  }

  #node(schema: Json | undefined): SchemaNode {
    if (!isMap(schema)) return DEDUCED
    const target = referenceOf(schema)
    if (target === undefined) return this.#shape(schema)
    const node = this.named(target)
    const mapType = schema['x-kubernetes-map-type']
    if (mapType !== 'atomic' && mapType !== 'granular') return node
    // The field overrides its type; the type may still be under construction.
    const copy = { ...SCALAR }
    this.#later.push(() => Object.assign(copy, overridden(node, mapType === 'atomic')))
    return copy
  }

  #shape(schema: JsonMap): SchemaNode {
    const type = schema['type']
    if (type === 'object') return { scalar: false, list: undefined, map: this.#map(schema) }
    if (type === 'array') return { scalar: false, list: this.#list(schema), map: undefined }
    if (type === undefined) return { scalar: true, list: this.#list(schema), map: this.#map(schema) }
    return SCALAR
  }

  #list(schema: JsonMap): ListSchema {
    const items = schema['items']
    return {
      ...mergeOf(schema),
      item: items === undefined ? UNTYPED : this.#node(items),
    }
  }

  #map(schema: JsonMap): MapSchema {
    const properties = isMap(schema['properties']) ? Object.entries(schema['properties']) : []
    const fields = new Map<string, FieldSchema>()
    for (const [name, field] of properties) {
      const fallback = isMap(field) ? field['default'] : undefined
      fields.set(name, {
        node: this.#node(field),
        // Only key fields need theirs, and these are scalars.
        default: typeof fallback === 'object' ? undefined : fallback,
      })
    }
    const rest = schema['additionalProperties']
    return {
      atomic: schema['x-kubernetes-map-type'] === 'atomic',
      fields,
      rest: isMap(rest) ? this.#node(rest) : DEDUCED,
    }
  }
}

function referenceOf(schema: JsonMap): string | undefined {
  const all = schema['allOf']
  const single = isList(all) && all.length === 1 && isMap(all[0]) ? all[0]['$ref'] : undefined
  const reference = schema['$ref'] ?? single
  return typeof reference === 'string' && reference !== ''
    ? reference.slice(reference.lastIndexOf('/') + 1)
    : undefined
}

function overridden(node: SchemaNode, atomic: boolean): SchemaNode {
  if (node.map !== undefined) return { ...node, map: { ...node.map, atomic } }
  if (node.list !== undefined && atomic) return { ...node, list: { ...node.list, merge: 'atomic' } }
  return node
}

/** Types that predate list types say it by their patch strategy. */
function mergeOf(schema: JsonMap): Pick<ListSchema, 'merge' | 'keys'> {
  const type = schema['x-kubernetes-list-type']
  if (type === 'set') return { merge: 'set', keys: [] }
  if (type === 'map') {
    const keys = schema['x-kubernetes-list-map-keys']
    const names = isList(keys) ? keys.filter((key) => typeof key === 'string') : []
    return names.length > 0 ? { merge: 'map', keys: names } : { merge: 'set', keys: [] }
  }
  if (type !== undefined) return { merge: 'atomic', keys: [] }
  const strategy = schema['x-kubernetes-patch-strategy']
  if (strategy !== 'merge' && strategy !== 'merge,retainKeys') return { merge: 'atomic', keys: [] }
  const key = schema['x-kubernetes-patch-merge-key']
  return typeof key === 'string' ? { merge: 'map', keys: [key] } : { merge: 'set', keys: [] }
}
