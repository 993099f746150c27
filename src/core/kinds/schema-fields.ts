import type { z } from 'zod'

type Node = z.core.$ZodType
type Path = readonly PropertyKey[]

/** The field names that `schema` knows at `path`: of every branch where a union stands there. */
export function fieldsAt(schema: Node, path: Path): string[] {
  let nodes = unwrap(schema)
  for (const step of path) nodes = nodes.flatMap((node) => child(node, step)).flatMap(unwrap)
  return [...new Set(nodes.flatMap((node) => Object.keys(shapeOf(node))))]
}

/** Every path of `schema` that ends in the field `name`, as people write it: `spec.labels`. */
export function pathsOf(schema: Node, name: string): string[] {
  const found: string[] = []
  const walk = (node: Node, prefix: string): void => {
    for (const branch of unwrap(node)) {
      const element = elementOf(branch)
      if (element !== undefined) walk(element, `${prefix}[]`)
      for (const [key, value] of Object.entries(shapeOf(branch))) {
        const path = prefix === '' ? key : `${prefix}.${key}`
        if (key === name) found.push(path)
        walk(value, path)
      }
    }
  }
  walk(schema, '')
  return [...new Set(found)]
}

/** The schema without optional wrappers, as one node per union branch. */
function unwrap(node: Node): Node[] {
  const { def } = node._zod
  if ('innerType' in def) return unwrap(def.innerType as Node)
  if (def.type === 'union' && 'options' in def) return (def.options as Node[]).flatMap(unwrap)
  return [node]
}

function child(node: Node, step: PropertyKey): Node[] {
  const { def } = node._zod
  if (typeof step === 'number') {
    const element = elementOf(node)
    return element === undefined ? [] : [element]
  }
  if (def.type === 'record' && 'valueType' in def) return [def.valueType as Node]
  const field = shapeOf(node)[String(step)]
  return field === undefined ? [] : [field]
}

function elementOf(node: Node): Node | undefined {
  const { def } = node._zod
  return def.type === 'array' && 'element' in def ? (def.element as Node) : undefined
}

function shapeOf(node: Node): Readonly<Record<string, Node>> {
  const { def } = node._zod
  return def.type === 'object' && 'shape' in def ? (def.shape as Record<string, Node>) : {}
}
