import { Failure } from '../failure.ts'
import {
  type FieldPath,
  FieldSet,
  formatPath,
  MAX_DEPTH,
  type PathElement,
  pathKey,
} from '../fields/index.ts'
import {
  asJson,
  isList,
  isMap,
  type Json,
  type JsonMap,
  type KubeObject,
  nameOf,
  refOf,
} from '../object/index.ts'
import type { SchemaCode } from './parse-open-api.ts'
import {
  type ListSchema,
  type MapSchema,
  type SchemaNode,
  type TypeSchema,
  UNKNOWN_TYPE,
} from './type-schema.ts'

/** Never recorded in managedFields (engine F3). */
const UNRECORDED = FieldSet.of([
  [{ f: 'apiVersion' }],
  [{ f: 'kind' }],
  [{ f: 'metadata' }],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => [{ f: 'metadata' }, { f: field }]),
])

/** True for the paths that no manager ever owns (engine F3). */
export function isUnrecorded(path: FieldPath): boolean {
  return UNRECORDED.has(path)
}

/**
 * The field set that a server records for an apply of `object` (engine F3–F5): scalar leaves, atomic nodes, list
 * items with what is in them, and null or `{}` leaves. Without a type, lists are atomic and maps granular, as for a
 * custom resource without schema. Throws a `Failure` ('keyless-item') for an item of a keyed list without keys
 * ('malformed-fields' for one nested too deep).
 */
export function fieldSetOf(object: KubeObject, type: TypeSchema | undefined): FieldSet {
  const { node, separateStatus } = type ?? UNKNOWN_TYPE
  const walk = new Walk(object)
  const { status, ...rest } = asJson(object)
  walk.value(node, separateStatus || status === undefined ? rest : { ...rest, status }, [])
  return FieldSet.of(walk.paths).minus(UNRECORDED)
}

/** Collects paths as structured-merge-diff's `toFieldSetWalker` does. */
class Walk {
  readonly paths: FieldPath[] = []
  readonly #object: KubeObject

  constructor(object: KubeObject) {
    this.#object = object
  }

  value(node: SchemaNode, value: Json, path: FieldPath): void {
    if (path.length > MAX_DEPTH) {
      // Too deep for a field set, which says so.
      this.paths.push(path)
    } else if (isMap(value)) {
      if (node.map !== undefined) this.#map(node.map, value, path)
      else this.paths.push(path)
    } else if (isList(value)) {
      if (node.list !== undefined) this.#list(node.list, value, path)
      else this.paths.push(path)
    } else {
      this.paths.push(path)
    }
  }

  #map(map: MapSchema, value: JsonMap, path: FieldPath): void {
    if (map.atomic) {
      this.paths.push(path)
      return
    }
    for (const [name, below] of Object.entries(value)) {
      const field = map.fields.get(name)
      const at = [...path, { f: name }]
      this.value(field?.node ?? map.rest, below, at)
      // An entry of a map, unlike a field of a struct, is owned besides what is in it.
      if (field === undefined || (isMap(below) && Object.keys(below).length === 0)) this.paths.push(at)
    }
  }

  #list(list: ListSchema, value: readonly Json[], path: FieldPath): void {
    if (list.merge === 'atomic') {
      this.paths.push(path)
      return
    }
    const items = value.map((item) => ({ item, at: [...path, this.#element(list, item, path)] }))
    const count = new Map<string, number>()
    for (const { at } of items) count.set(pathKey(at), (count.get(pathKey(at)) ?? 0) + 1)
    for (const { item, at } of items) {
      this.paths.push(at)
      // Items that share a key are owned as one.
      if (count.get(pathKey(at)) === 1) this.value(list.item, item, at)
    }
  }

  #element(list: ListSchema, item: Json, path: FieldPath): PathElement {
    if (list.merge === 'set') return { v: item }
    const fields: [string, Json][] = []
    for (const key of list.keys) {
      const value = isMap(item) && Object.hasOwn(item, key) ? item[key] : undefined
      const wanted = value ?? list.item.map?.fields.get(key)?.default
      if (wanted !== undefined) fields.push([key, wanted])
    }
    if (fields.length === 0) throw this.#keyless(list, path)
    return { k: Object.fromEntries(fields) }
  }

  #keyless(list: ListSchema, path: FieldPath): Failure<SchemaCode> {
    const subject = nameOf(refOf(this.#object))
    const keys = list.keys.map((key) => JSON.stringify(key)).join(', ')
    return new Failure(
      'keyless-item',
      `${subject}: cannot tell the items of ${formatPath(path)} apart: one has none of ${keys}`,
      {
        subject,
        hint: `give every item of ${formatPath(path)} its ${keys}`,
      },
    )
  }
}
