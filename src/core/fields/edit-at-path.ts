import { isList, isMap, type Json, type JsonMap } from '../object/index.ts'
import type { FieldPath } from './path-element.ts'
import { itemsAt } from './value-at-path.ts'

/**
 * The object with `next` in place of what stands at `path`, or without it where `next` is undefined. Nothing is
 * made: where nothing stands, the object stays as it is. `object` itself is not changed.
 */
export function editAtPath(object: JsonMap, path: FieldPath, next: Json | undefined): JsonMap {
  const edited = edit(object, path, next)
  return isMap(edited) ? edited : object
}

function edit(value: Json, [element, ...rest]: FieldPath, next: Json | undefined): Json | undefined {
  if (element === undefined) return next
  const items = itemsAt(value, element)
  if (items.length === 0) return value
  if ('f' in element && isMap(value)) {
    const { [element.f]: field, ...others } = value
    const below = field === undefined ? undefined : edit(field, rest, next)
    return below === undefined ? others : { ...value, [element.f]: below }
  }
  if (!isList(value)) return value
  return value.flatMap((item) => {
    if (!items.includes(item)) return [item]
    const below = edit(item, rest, next)
    return below === undefined ? [] : [below]
  })
}
