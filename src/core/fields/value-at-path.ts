import { canonicalJson, isList, isMap, type Json, type JsonMap, type KubeObject } from '../object/index.ts'
import type { FieldPath, PathElement } from './path-element.ts'

/**
 * The value at `path`, or undefined where nothing is there. A set item is its own value. Where a list holds
 * several items of one key, as live objects may (engine F4), the first counts.
 */
export function valueAtPath(object: KubeObject | JsonMap, path: FieldPath): Json | undefined {
  return valuesAtPath(object, path)[0]
}

/**
 * All values at `path`: more than one only below list items that share a key, which API servers tolerate in
 * live objects and treat as one.
 */
export function valuesAtPath(object: KubeObject | JsonMap, path: FieldPath): readonly Json[] {
  return new PathReader(object).read(path)
}

/**
 * Reads many paths of one object. Paths in the order of FieldsV1 that share their elements, as those of a
 * `FieldSet` and of one path list do, are read without starting over at the root.
 */
export class PathReader {
  /** What stands at each prefix of the last path, the root first. */
  readonly #values: (readonly Json[])[]
  #last: FieldPath = []

  constructor(object: KubeObject | JsonMap) {
    this.#values = [[object as unknown as JsonMap]]
  }

  /** `valuesAtPath` of the object. */
  read(path: FieldPath): readonly Json[] {
    let depth = 0
    while (depth < path.length && path[depth] === this.#last[depth]) depth += 1
    this.#last = path
    let values = this.#values[depth] ?? []
    for (const element of path.slice(depth)) {
      const [first] = values
      values =
        values.length === 1 && first !== undefined
          ? itemsAt(first, element)
          : values.flatMap((value) => itemsAt(value, element))
      depth += 1
      this.#values[depth] = values
    }
    return values
  }
}

/** What one step leads to: at most one field, or the list items that the element means. */
export function itemsAt(value: Json, element: PathElement): readonly Json[] {
  if ('f' in element) {
    if (!isMap(value) || !Object.hasOwn(value, element.f)) return []
    const field = value[element.f]
    return field === undefined ? [] : [field]
  }
  if (!isList(value)) return []
  if ('i' in element) {
    const item = value[element.i]
    return item === undefined ? [] : [item]
  }
  if ('v' in element) {
    const wanted = canonicalJson(element.v)
    return value.filter((item) => canonicalJson(item) === wanted)
  }
  return itemsOfKey(value, element.k)
}

/**
 * The items with these key fields. In a manifest an item may leave out a key field that has a default; it is
 * taken only where no item has all of them and no second one could be meant.
 */
function itemsOfKey(list: readonly Json[], key: JsonMap): readonly Json[] {
  const fields = Object.entries(key).map(([name, value]) => [name, canonicalJson(value)] as const)
  const sharing = list.filter(isMap).map((item) => ({ item, match: matchOf(item, fields) }))
  const whole = sharing.filter(({ match }) => match === 'whole')
  if (whole.length > 0) return whole.map(({ item }) => item)
  const partial = sharing.filter(({ match }) => match === 'partial')
  return partial.length === 1 ? partial.map(({ item }) => item) : []
}

function matchOf(
  item: JsonMap,
  fields: readonly (readonly [string, string])[],
): 'whole' | 'partial' | 'none' {
  let equal = 0
  for (const [name, wanted] of fields) {
    const value = Object.hasOwn(item, name) ? item[name] : undefined
    if (value === undefined) continue
    if (canonicalJson(value) !== wanted) return 'none'
    equal += 1
  }
  return equal === fields.length ? 'whole' : equal > 0 ? 'partial' : 'none'
}
