import { Failure } from '../failure.ts'
import { canonicalJson, isMap, type Json, type JsonMap } from '../object/index.ts'

/**
 * One step into an object (engine F2): `f` a field of a struct or a key of a map, `k` the list item whose key
 * fields have these values, `v` the set item with this value, `i` the list item at this position.
 */
export type PathElement =
  | { readonly f: string }
  | { readonly k: JsonMap }
  | { readonly v: Json }
  | { readonly i: number }

/** From the object's root to one field. The empty path is the whole object. */
export type FieldPath = readonly PathElement[]

export type FieldsCode =
  /** A FieldsV1 document or a path key that no API server writes: not a map, a broken key, nested too deep. */
  'malformed-fields'

/** The failure for ownership data that cannot be read. */
export function malformedFields(message: string, cause?: unknown): Failure<FieldsCode> {
  return new Failure('malformed-fields', message, {
    hint: 'apply the object again: the API server then writes new ownership data',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The element as FieldsV1 spells it, keys sorted: equal elements have equal texts. */
export function elementText(element: PathElement): string {
  if ('f' in element) return `f:${element.f}`
  if ('k' in element) return `k:${canonicalJson(element.k)}`
  if ('v' in element) return `v:${canonicalJson(element.v)}`
  return `i:${element.i}`
}

/**
 * Reads one FieldsV1 key. Undefined for an element type of a future version, which the API server drops
 * with everything below it; throws a `Failure` for a text that is broken.
 */
export function parseElement(text: string): PathElement | undefined {
  const body = text.slice(2)
  switch (text.slice(0, 2)) {
    case 'f:':
      return { f: body }
    case 'k:': {
      const key = parseJson(text, body)
      if (!isMap(key))
        throw malformedFields(`cannot read the path element ${quoted(text)}: its key is not a map`)
      return { k: key }
    }
    case 'v:':
      return { v: parseJson(text, body) }
    case 'i:':
      if (!/^-?\d{1,15}$/.test(body))
        throw malformedFields(`cannot read the path element ${quoted(text)}: its index is not a number`)
      return { i: Number(body) }
    default:
      if (text[1] === ':') return undefined
      throw malformedFields(`cannot read the path element ${quoted(text)}: it lacks a type such as "f:"`)
  }
}

function parseJson(text: string, body: string): Json {
  try {
    return JSON.parse(body) as Json
  } catch (cause) {
    throw malformedFields(`cannot read the path element ${quoted(text)}: it is not JSON`, cause)
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
