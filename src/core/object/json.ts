/** A JSON value as Kubernetes uses it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap

/** A JSON object. */
export interface JsonMap {
  readonly [key: string]: Json
}

/** True for a JSON object: not null, not a list. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True for a JSON list. `Array.isArray` alone forgets the element type of a readonly list. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

/**
 * One text for equal values: keys sorted by code unit, no white space. Two values are equal exactly when
 * their canonical texts are.
 */
export function canonicalJson(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isMap(value)) {
    const keys = Object.keys(value).sort()
    // Every key was just read from `value`, so it is there.
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
