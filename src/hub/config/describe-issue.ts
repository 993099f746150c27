import type { z } from 'zod'
import { nearest } from '../../core/nearest.ts'

type Node = z.core.$ZodType
type Issue = z.core.$ZodIssue

/** One field that is wrong. */
export interface WrongField {
  readonly path: readonly PropertyKey[]
  /** The path as people write it. */
  readonly where: string
  readonly message: string
}

/** What is wrong with a configuration, by field. Values are never quoted: some of them are secrets. */
export function describeIssues(schema: Node, issues: readonly Issue[]): WrongField[] {
  return issues.flatMap((issue) => {
    const { path } = issue
    const where = pathText(path)
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknown(schema, issue.path, key))
    if (issue.code === 'invalid_type') {
      const missing = issue.message.endsWith('received undefined')
      return [{ path, where, message: missing ? 'is missing' : `must be ${issue.expected}` }]
    }
    if (issue.code === 'invalid_value')
      return [{ path, where, message: `must be ${issue.values.map(String).join(' or ')}` }]
    if (issue.code === 'invalid_union') {
      const deepest = issue.errors
        .flat()
        .find((one) => one.code !== 'invalid_value' && one.code !== 'invalid_type')
      return [{ path, where, message: deepest?.message ?? 'has a value of the wrong type' }]
    }
    return [{ path, where, message: issue.message }]
  })
}

function unknown(schema: Node, path: readonly PropertyKey[], key: string): WrongField {
  const known = Object.keys(shapeOf(path.reduce<Node | undefined>(child, schema)))
  const near = nearest(key, known)
  const hint =
    near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${pathText([...path, near])}?`
  const full = [...path, key]
  return { path: full, where: pathText(full), message: `unknown field; ${hint}` }
}

/** The schema of a field or item, without what wraps it. */
function child(node: Node | undefined, step: PropertyKey): Node | undefined {
  if (typeof step === 'number') {
    const def = unwrap(node)?._zod.def
    return def !== undefined && def.type === 'array' && 'element' in def ? (def.element as Node) : undefined
  }
  return shapeOf(node)[String(step)]
}

/** The fields of an object schema, by name; none of any other. */
export function shapeOf(node: Node | undefined): Readonly<Record<string, Node>> {
  const def = unwrap(node)?._zod.def
  return def !== undefined && def.type === 'object' && 'shape' in def
    ? (def.shape as Record<string, Node>)
    : {}
}

/** The schema inside optional wrappers. */
export function unwrap(node: Node | undefined): Node | undefined {
  let inner = node
  while (inner !== undefined && 'innerType' in inner._zod.def) inner = inner._zod.def.innerType as Node
  return inner
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
}
