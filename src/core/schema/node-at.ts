import type { FieldPath } from '../fields/index.ts'
import { isList, isMap, type Json } from '../object/index.ts'
import { type SchemaNode, type TypeSchema, UNKNOWN_TYPE } from './type-schema.ts'

/**
 * True when the node at `path` is owned as one: a scalar, an atomic list or map, or anything below one. Where
 * the type allows several shapes, `value` (what stands there) decides; without it, one that could be owned in
 * parts counts as such.
 */
export function isAtomicAt(type: TypeSchema | undefined, path: FieldPath, value?: Json): boolean {
  let node = (type ?? UNKNOWN_TYPE).node
  for (const element of path) {
    const below = 'f' in element ? fieldOf(node, element.f) : itemOf(node)
    if (below === undefined) return true
    node = below
  }
  const wholeMap = node.map === undefined || node.map.atomic
  const wholeList = node.list === undefined || node.list.merge === 'atomic'
  if (value === undefined) return wholeMap && wholeList
  return isMap(value) ? wholeMap : isList(value) ? wholeList : true
}

function fieldOf(node: SchemaNode, name: string): SchemaNode | undefined {
  if (node.map === undefined || node.map.atomic) return undefined
  return node.map.fields.get(name)?.node ?? node.map.rest
}

function itemOf(node: SchemaNode): SchemaNode | undefined {
  return node.list === undefined || node.list.merge === 'atomic' ? undefined : node.list.item
}
