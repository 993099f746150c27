import { canonicalJson, isList, isMap, type Json } from '../object/index.ts'
import {
  elementText,
  type FieldPath,
  malformedFields,
  type PathElement,
  parseElement,
} from './path-element.ts'

/**
 * The path as people read it: kubectl's conflict texts without the leading dot, as in
 * `spec.template.spec.containers[name="web"].image`; a set item is `metadata.finalizers["x"]`.
 */
export function formatPath(path: FieldPath): string {
  let text = ''
  for (const element of path) text += formatElement(element, text === '')
  return text
}

/** The path as an API server spells it in a conflict's `field`: with the leading dot, set items as `[="x"]`. */
export function conflictText(path: FieldPath): string {
  let text = ''
  for (const element of path) {
    text += 'v' in element ? `[=${formatValue(element.v)}]` : formatElement(element, false)
  }
  return text
}

function formatElement(element: PathElement, first: boolean): string {
  if ('f' in element) return first ? element.f : `.${element.f}`
  if ('v' in element) return `[${formatValue(element.v)}]`
  if ('i' in element) return `[${element.i}]`
  const fields = Object.entries(element.k).sort(([a], [b]) => compareTexts(a, b))
  return `[${fields.map(([name, value]) => `${name}=${formatValue(value)}`).join(',')}]`
}

function formatValue(value: Json): string {
  return isMap(value) || isList(value) ? canonicalJson(value) : JSON.stringify(value)
}

/**
 * A compact text that is equal for equal paths only, and reads back with `pathOfKey`. The separator is a line
 * feed: JSON escapes it, and in a field name it is escaped here.
 */
export function pathKey(path: FieldPath): string {
  return path.map((element) => ('f' in element ? `f:${escaped(element.f)}` : elementText(element))).join('\n')
}

/** The inverse of `pathKey`; throws a `Failure` for a text that `pathKey` does not write. */
export function pathOfKey(key: string): FieldPath {
  if (key === '') return []
  return key.split('\n').map((text) => {
    const element = parseElement(text)
    if (element === undefined)
      throw malformedFields(`cannot read the path key ${JSON.stringify(key)}: unknown element type`)
    return 'f' in element ? { f: unescaped(element.f) } : element
  })
}

// PostgreSQL stores no NUL in texts, so it is escaped as well.
const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\0', '\\0'],
])
const UNESCAPES = new Map([...ESCAPES].map(([plain, escape]) => [escape, plain]))

function escaped(name: string): string {
  return name.replace(/[\\\n\0]/g, (character) => ESCAPES.get(character) ?? character)
}

function unescaped(name: string): string {
  return name.includes('\\') ? name.replace(/\\[\\n0]/g, (escape) => UNESCAPES.get(escape) ?? escape) : name
}

/** The order of FieldsV1 (f before k before v before i, then by content); an ancestor comes before its descendants. */
export function comparePaths(a: FieldPath, b: FieldPath): number {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    const order = compareElements(left, right)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** The order of two elements below the same node. */
export function compareElements(a: PathElement, b: PathElement): number {
  if ('f' in a) return 'f' in b ? compareTexts(a.f, b.f) : -1
  if ('k' in a) return 'k' in b ? compareValues(keyEntries(a), keyEntries(b)) : 'f' in b ? 1 : -1
  if ('v' in a) return 'v' in b ? compareValues(a.v, b.v) : 'i' in b ? -1 : 1
  return 'i' in b ? a.i - b.i : 1
}

function keyEntries(element: { readonly k: { readonly [key: string]: Json } }): Json {
  return Object.entries(element.k).sort(([a], [b]) => compareTexts(a, b))
}

// Numbers before texts before everything else, as structured-merge-diff orders values.
function compareValues(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' ? -1 : 1
  if (isList(a) && isList(b)) {
    for (const [index, left] of a.entries()) {
      const right = b[index]
      if (right === undefined) return 1
      const order = compareValues(left, right)
      if (order !== 0) return order
    }
    return a.length - b.length
  }
  return compareTexts(canonicalJson(a), canonicalJson(b))
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
