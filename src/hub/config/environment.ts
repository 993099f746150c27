import type { z } from 'zod'
import { readYaml } from '../../render/yaml/index.ts'
import { HubFailure } from '../failure.ts'
import { shapeOf, unwrap } from './describe-issue.ts'
import { settingsSchema } from './schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

type Tree = { [field: string]: unknown }

/**
 * The settings in the environment: every field is also a variable, `fleet.url` is `EVENKEEL_FLEET_URL`,
 * `logLevel` is `EVENKEEL_LOG_LEVEL`; lists are written as YAML or JSON. An empty variable counts as not set.
 */
export function settingsInEnvironment(environment: Environment): Tree {
  const settings: Tree = {}
  for (const { path, schema } of leavesOf(settingsSchema, [])) {
    const name = variableOf(path)
    const text = environment[name]
    if (text === undefined || text === '') continue
    put(settings, path, isText(schema) ? text : parsed(text, name))
  }
  return settings
}

/** The variable of a field. */
export function variableOf(path: readonly string[]): string {
  return `EVENKEEL_${path.map((step) => step.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`
}

interface Leaf {
  readonly path: readonly string[]
  readonly schema: z.core.$ZodType
}

function leavesOf(schema: z.core.$ZodType, path: readonly string[]): Leaf[] {
  const fields = Object.entries(shapeOf(schema))
  if (fields.length === 0) return [{ path, schema }]
  return fields.flatMap(([field, inner]) => leavesOf(inner, [...path, field]))
}

function isText(schema: z.core.$ZodType): boolean {
  const type = unwrap(schema)?._zod.def.type
  return type === 'string' || type === 'enum' || type === 'union'
}

function parsed(text: string, name: string): unknown {
  const { documents, problems } = readYaml(text, name)
  const [first] = documents
  if (problems.length === 0 && documents.length === 1) return first?.value
  throw new HubFailure('bad-config', `${name}: cannot be read as YAML or JSON`, {
    subject: name,
    hint: 'write a number, true, false, or a list such as [{name: a, file: /b}]',
  })
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    tree[first] = value
    return
  }
  const inner = (tree[first] ?? {}) as Tree
  tree[first] = inner
  put(inner, rest, value)
}
