import type { Json } from '../object/index.ts'

/**
 * The type of one kind, as far as ownership needs it: what is owned in parts and what as one. Descriptions,
 * validation and value types are not kept.
 */
export interface TypeSchema {
  readonly node: SchemaNode
  /** True when `status` is written through the `/status` endpoint only: the main one resets it (engine F3). */
  readonly separateStatus: boolean
}

/** What a value may be. A node may allow several shapes; the value at hand then decides (engine F4). */
export interface SchemaNode {
  readonly scalar: boolean
  readonly list: ListSchema | undefined
  readonly map: MapSchema | undefined
}

export interface ListSchema {
  readonly merge: 'atomic' | 'set' | 'map'
  /** The key fields of a `map` list. */
  readonly keys: readonly string[]
  readonly item: SchemaNode
}

export interface MapSchema {
  readonly atomic: boolean
  readonly fields: ReadonlyMap<string, FieldSchema>
  /** Of the keys that `fields` does not name. */
  readonly rest: SchemaNode
}

export interface FieldSchema {
  readonly node: SchemaNode
  /** Undefined where the schema has none. */
  readonly default: Json | undefined
}

const NO_FIELDS: ReadonlyMap<string, FieldSchema> = new Map()

/** Any value, owned as one. */
export const UNTYPED: SchemaNode = recursive((node) => ({
  scalar: true,
  list: { merge: 'atomic', keys: [], item: node },
  map: { atomic: true, fields: NO_FIELDS, rest: node },
}))

/** A value of unknown type: lists are atomic, maps granular. */
export const DEDUCED: SchemaNode = recursive((node) => ({
  scalar: true,
  list: { merge: 'atomic', keys: [], item: UNTYPED },
  map: { atomic: false, fields: NO_FIELDS, rest: node },
}))

export const SCALAR: SchemaNode = { scalar: true, list: undefined, map: undefined }

/** Of a kind whose schema is not served. */
export const UNKNOWN_TYPE: TypeSchema = { node: DEDUCED, separateStatus: true }

function recursive(shape: (self: SchemaNode) => SchemaNode): SchemaNode {
  const node = {} as SchemaNode
  return Object.assign(node, shape(node))
}
