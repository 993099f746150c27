import { isList, isMap, type Json, type JsonMap } from './json.ts'

/** A text, or the empty text where there is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** A map, or an empty one where there is none. */
export function mapOf(value: Json | undefined): JsonMap {
  return isMap(value) ? value : {}
}

/** The maps of a list; none where there is no list. */
export function mapsOf(value: Json | undefined): readonly JsonMap[] {
  return isList(value) ? value.filter(isMap) : []
}

/** The texts of a list; none where there is no list. */
export function textsOf(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
