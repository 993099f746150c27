import { isMap, type Json, type JsonMap } from '../object/index.ts'
import { compareElements } from './field-path.ts'
import {
  elementText,
  type FieldPath,
  malformedFields,
  type PathElement,
  parseElement,
} from './path-element.ts'

/** Deeper than any object that a person writes; keeps hostile ownership data from exhausting the stack. */
export const MAX_DEPTH = 500

/** A node of the trie. It is dropped when it is no member and has no children. */
interface Node {
  readonly element: PathElement
  readonly member: boolean
  readonly children: Children
}
type Children = ReadonlyMap<string, Node>

const NONE: Children = new Map()

/**
 * An immutable set of field paths, kept as a trie as FieldsV1 is (engine F2). A path is in the set only if it
 * is a *member*; being on the way to a member is not enough.
 */
export class FieldSet {
  static readonly empty = new FieldSet(NONE)
  readonly #root: Children

  private constructor(root: Children) {
    this.#root = root
  }

  /** The set of these paths. The empty path is never a member: the whole object has no owner. */
  static of(paths: Iterable<FieldPath>): FieldSet {
    const root = new Map<string, Draft>()
    for (const path of paths) insert(root, path)
    return new FieldSet(frozen(root))
  }

  /**
   * Reads FieldsV1. Element types of future versions are dropped with all below them, as the API server does;
   * anything else that is malformed throws a `Failure` ('malformed-fields').
   */
  static parse(fields: unknown): FieldSet {
    if (!isMap(fields)) throw malformedFields('cannot read field ownership: it is not a map')
    return new FieldSet(parseChildren(fields, 0))
  }

  get isEmpty(): boolean {
    return this.#root.size === 0
  }

  /** True when `path` is a member. */
  has(path: FieldPath): boolean {
    return path.length > 0 && this.#find(path)?.member === true
  }

  /**
   * The member that holds `path`: the path itself, or its nearest ancestor that is a member without children
   * (an atomic node, which owns everything below it). Undefined where nobody in this set holds it.
   */
  holder(path: FieldPath): FieldPath | undefined {
    let children = this.#root
    for (const [index, element] of path.entries()) {
      const node = children.get(elementText(element))
      if (node === undefined) return undefined
      const atEnd = index === path.length - 1
      if (node.member && (atEnd || node.children.size === 0)) return path.slice(0, index + 1)
      children = node.children
    }
    return undefined
  }

  /** True when a member lies below `path`. */
  hasChildren(path: FieldPath): boolean {
    if (path.length === 0) return !this.isEmpty
    return (this.#find(path)?.children.size ?? 0) > 0
  }

  union(other: FieldSet): FieldSet {
    return new FieldSet(unite(this.#root, other.#root))
  }

  /** The members of this set that are not members of `other`. */
  minus(other: FieldSet): FieldSet {
    return new FieldSet(subtract(this.#root, other.#root))
  }

  intersect(other: FieldSet): FieldSet {
    return new FieldSet(common(this.#root, other.#root))
  }

  equals(other: FieldSet): boolean {
    return this.minus(other).isEmpty && other.minus(this).isEmpty
  }

  /** All members in the order of FieldsV1, a node before what is below it. */
  *members(): Generator<FieldPath, void, undefined> {
    yield* walk(this.#root, [], () => true)
  }

  /** The members that have no members below them. */
  *leaves(): Generator<FieldPath, void, undefined> {
    yield* walk(this.#root, [], (node) => node.children.size === 0)
  }

  /** The set as `metadata.managedFields[].fieldsV1` holds it. */
  toFieldsV1(): JsonMap {
    return fieldsOf(this.#root)
  }

  #find(path: FieldPath): Node | undefined {
    let node: Node | undefined
    for (const element of path) {
      node = (node?.children ?? this.#root).get(elementText(element))
      if (node === undefined) return undefined
    }
    return node
  }
}

/** Reads FieldsV1 (see `FieldSet.parse`). */
export function parseFieldsV1(fields: unknown): FieldSet {
  return FieldSet.parse(fields)
}

interface Draft {
  element: PathElement
  member: boolean
  children: Map<string, Draft>
}

function insert(root: Map<string, Draft>, path: FieldPath): void {
  if (path.length > MAX_DEPTH) throw tooDeep()
  let children = root
  let last: Draft | undefined
  for (const element of path) {
    const text = elementText(element)
    last = children.get(text)
    if (last === undefined) {
      last = { element, member: false, children: new Map() }
      children.set(text, last)
    }
    children = last.children
  }
  if (last !== undefined) last.member = true
}

function frozen(drafts: Map<string, Draft>): Children {
  if (drafts.size === 0) return NONE
  const children = new Map<string, Node>()
  for (const [text, draft] of drafts) {
    children.set(text, { element: draft.element, member: draft.member, children: frozen(draft.children) })
  }
  return children
}

function parseChildren(fields: JsonMap, depth: number): Children {
  if (depth > MAX_DEPTH) throw tooDeep()
  const children = new Map<string, Node>()
  for (const [key, below] of Object.entries(fields)) {
    if (key === '.') continue
    const element = parseElement(key)
    if (element === undefined) continue
    if (!isMap(below))
      throw malformedFields(`cannot read field ownership: ${JSON.stringify(key.slice(0, 80))} holds no map`)
    const grandchildren = parseChildren(below, depth + 1)
    // What holds nothing that can be read is itself the member, as the API server reads it.
    const member = grandchildren.size === 0 || Object.hasOwn(below, '.')
    children.set(elementText(element), { element, member, children: grandchildren })
  }
  return children.size === 0 ? NONE : children
}

function tooDeep(): Error {
  return malformedFields(`cannot read field ownership: nested deeper than ${MAX_DEPTH} levels`)
}

function unite(a: Children, b: Children): Children {
  if (a.size === 0) return b
  if (b.size === 0) return a
  const children = new Map(a)
  for (const [text, right] of b) {
    const left = a.get(text)
    children.set(
      text,
      left === undefined
        ? right
        : {
            element: left.element,
            member: left.member || right.member,
            children: unite(left.children, right.children),
          },
    )
  }
  return children
}

function subtract(a: Children, b: Children): Children {
  if (b.size === 0) return a
  const children = new Map<string, Node>()
  for (const [text, left] of a) {
    const right = b.get(text)
    if (right === undefined) {
      children.set(text, left)
      continue
    }
    const member = left.member && !right.member
    const below = subtract(left.children, right.children)
    if (member || below.size > 0) children.set(text, { element: left.element, member, children: below })
  }
  return children
}

function common(a: Children, b: Children): Children {
  const children = new Map<string, Node>()
  for (const [text, left] of a) {
    const right = b.get(text)
    if (right === undefined) continue
    const member = left.member && right.member
    const below = common(left.children, right.children)
    if (member || below.size > 0) children.set(text, { element: left.element, member, children: below })
  }
  return children
}

function sorted(children: Children): readonly Node[] {
  return [...children.values()].sort((a, b) => compareElements(a.element, b.element))
}

function* walk(
  children: Children,
  parent: FieldPath,
  wanted: (node: Node) => boolean,
): Generator<FieldPath, void, undefined> {
  for (const node of sorted(children)) {
    const path = [...parent, node.element]
    if (node.member && wanted(node)) yield path
    yield* walk(node.children, path, wanted)
  }
}

function fieldsOf(children: Children): JsonMap {
  const entries: [string, Json][] = []
  for (const node of sorted(children)) {
    const below = fieldsOf(node.children)
    const self = node.member && node.children.size > 0
    entries.push([elementText(node.element), self ? { '.': {}, ...below } : below])
  }
  // Object.fromEntries defines keys such as `__proto__` as ordinary ones.
  return Object.fromEntries(entries)
}
