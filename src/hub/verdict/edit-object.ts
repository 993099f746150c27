import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'
import { readYaml } from '../../render/yaml/index.ts'
import type { Edited } from './add-rule.ts'
import { below, intoFlow } from './insert-yaml.ts'
import { documentsIn, type PlacedNode, placeAt } from './yaml-places.ts'

/** One change of one object in a file. */
export type ObjectEdit =
  | { readonly is: 'set'; readonly path: readonly string[]; readonly to: string }
  /** Takes an entry out of a list. */
  | { readonly is: 'drop'; readonly path: readonly string[]; readonly at: number }

interface Named {
  readonly kind: string
  /** Empty for what stands in none; an object that is written without its namespace is found by any. */
  readonly namespace: string
  readonly name: string
}

/**
 * The text with one change of one object: comments, order and style of everything else stay as they are. The outcome is read
 * again: a file that would then say anything else besides is refused.
 */
export function editObject(text: string, object: Named, edit: ObjectEdit): Edited {
  const before = readYaml(text, object.name)
  if (before.problems.length > 0) return { refused: 'the file cannot be read' }
  const values = before.documents.map(({ value }) => value)
  if (values.some((value) => isMap(value) && value['kind'] === 'Secret'))
    return { refused: 'it holds a Secret too, and no part of it is shown' }
  const [at, ...more] = values.flatMap((value, place) => (isNamed(value, object) ? [place] : []))
  if (at === undefined) return { refused: `it does not hold ${object.kind} ${object.name} as one document` }
  if (more.length > 0) return { refused: `it holds ${object.kind} ${object.name} more than once` }
  const wanted = edited(values[at], edit.path, edit)
  const document = documentsIn(text)[at]
  const written = document === undefined ? undefined : write(text, document, edit)
  if (wanted === undefined || written === undefined)
    return { refused: 'the object is written in a way that cannot be changed by itself' }
  const after = readYaml(written, object.name)
  const isRight =
    after.problems.length === 0 &&
    JSON.stringify(after.documents.map(({ value }) => value)) === JSON.stringify(values.with(at, wanted))
  return isRight
    ? { text: written }
    : { refused: 'the object is written in a way that cannot be changed by itself' }
}

/** The text of a file that is one map, with one more text in one of its lists; the same text where it is there already. */
export function addItem(text: string, key: string, item: string): Edited {
  const [document] = documentsIn(text)
  const { documents } = readYaml(text, key)
  const value = documents[0]?.value
  const list = placeAt(document, key)
  if (!isMap(value) || list?.kind !== 'list' || list.items.length === 0)
    return { refused: `it has no list ${key}` }
  const all = value[key]
  if (!isList(all)) return { refused: `it has no list ${key}` }
  if (all.includes(item)) return { text }
  const written = list.flow
    ? intoFlow(text, list, JSON.stringify(item), list.items.length)
    : below(text, list, list.start, [`- ${item}`])
  const after = readYaml(written, key).documents[0]?.value
  return JSON.stringify(after) === JSON.stringify({ ...value, [key]: [...all, item] })
    ? { text: written }
    : { refused: `${key} is written in a way that nothing can be added to by itself` }
}

function isNamed(value: Json, { kind, namespace, name }: Named): boolean {
  if (!isMap(value) || value['kind'] !== kind || !isMap(value['metadata'])) return false
  const within = value['metadata']['namespace']
  return value['metadata']['name'] === name && (within === undefined || within === namespace)
}

/** The value as it is to be; undefined where what is to be changed is not there. */
function edited(value: Json | undefined, path: readonly string[], edit: ObjectEdit): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined) {
    if (edit.is === 'set') return typeof value === 'string' || typeof value === 'number' ? edit.to : undefined
    return isList(value) && edit.at < value.length ? value.toSpliced(edit.at, 1) : undefined
  }
  if (!isMap(value)) return undefined
  const inside = edited(value[key], rest, edit)
  return inside === undefined ? undefined : ({ ...value, [key]: inside } satisfies JsonMap)
}

function write(text: string, document: PlacedNode, edit: ObjectEdit): string | undefined {
  const node = placeAt(document, ...edit.path)
  if (node === undefined) return undefined
  if (edit.is === 'set') {
    // Always between quotes, so that it is the text that was asked for, whatever it looks like.
    return node.kind === 'scalar' ? replaced(text, node.start, node.end, JSON.stringify(edit.to)) : undefined
  }
  return node.kind === 'list' ? without(text, document, edit.path, node, edit.at) : undefined
}

function without(
  text: string,
  document: PlacedNode,
  path: readonly string[],
  list: Extract<PlacedNode, { kind: 'list' }>,
  at: number,
): string | undefined {
  const item = list.items[at]
  if (item === undefined) return undefined
  if (list.items.length === 1) {
    const key = path.at(-1) ?? ''
    const parent = placeAt(document, ...path.slice(0, -1))
    const entry = parent?.kind === 'map' ? parent.entries.find((one) => one.key === key) : undefined
    if (entry === undefined || text[entry.at + key.length] !== ':') return undefined
    return replaced(text, entry.at + key.length + 1, list.end, ' []')
  }
  if (list.flow) {
    const next = list.items[at + 1]
    const before = list.items[at - 1]
    return next === undefined
      ? replaced(text, before?.end ?? item.start, item.end, '')
      : replaced(text, item.start, next.start, '')
  }
  const start = text.lastIndexOf('\n', item.start - 1) + 1
  const lineEnd = text.indexOf('\n', text.slice(0, item.end).trimEnd().length)
  return replaced(text, start, lineEnd < 0 ? text.length : lineEnd + 1, '')
}

function replaced(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end)
}
