import type { z } from 'zod'
import { nearest } from '../nearest.ts'
import { fieldsAt, pathsOf } from './schema-fields.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** One thing wrong with a value, in the house's words. */
export interface Finding {
  readonly path: Path
  readonly message: string
  readonly hint?: string
}

/**
 * Says what is wrong with `value` in words for people: the field, what it is, what it should be, and the
 * nearest known name where one was misspelt.
 */
export function describeIssues(issues: readonly Issue[], schema: z.core.$ZodType, value: unknown): Finding[] {
  return issues.flatMap((issue) => describe(issue, [], schema, value))
}

function describe(issue: Issue, prefix: Path, schema: z.core.$ZodType, root: unknown): Finding[] {
  const path = [...prefix, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(key, path, schema))
    case 'invalid_union':
      return describeUnion(issue, path, schema, root)
    case 'invalid_value':
      return [notOneOf(issue.values.map(String), path, root)]
    case 'invalid_type': {
      const given = valueIn(root, path)
      if (given === undefined) return [{ path, message: `${nameOf(path)} is missing` }]
      return [{ path, message: `${nameOf(path)} is ${typeName(given)}, wanted ${article(issue.expected)}` }]
    }
    case 'invalid_key':
      return [{ path, message: `${nameOf(path)}: this name ${issue.issues[0]?.message ?? 'is not allowed'}` }]
    case 'too_big':
      return [{ path, message: `${nameOf(path)} is too large: at most ${issue.maximum}` }]
    case 'too_small':
      return [{ path, message: `${nameOf(path)} is too small: at least ${issue.minimum}` }]
    case 'custom':
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
      return [{ path, message: `${nameOf(path)} ${issue.message}` }]
  }
}

function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  schema: z.core.$ZodType,
  root: unknown,
): Finding[] {
  const fits = issue.errors.filter((branch) => !branch.some(isOfOtherType))
  const best = fits.toSorted((a, b) => a.length - b.length)[0]
  if (best !== undefined) return best.flatMap((one) => describe(one, path, schema, root))
  const given = valueIn(root, path)
  const wanted = issue.errors.flatMap((branch) => branch.map(wantedBy)).filter((text) => text !== undefined)
  const message =
    given === undefined
      ? `${nameOf(path)} is missing`
      : `${nameOf(path)} is ${typeName(given)}, wanted ${[...new Set(wanted)].join(' or ')}`
  return [{ path, message }]
}

/** True for an issue which says that the value is of another sort than this branch of the union wants. */
function isOfOtherType(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

function wantedBy(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return article(issue.expected)
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ')
  return undefined
}

function unknownField(key: string, path: Path, schema: z.core.$ZodType): Finding {
  const known = fieldsAt(schema, path)
  const near = nearest(key, known)
  const elsewhere = pathsOf(schema, key)[0]
  const full = [...path, key]
  const message = `unknown field ${nameOf(full)}`
  if (near !== undefined) return { path: full, message, hint: `did you mean ${nameOf([...path, near])}?` }
  if (elsewhere !== undefined) return { path: full, message, hint: `this field belongs to ${elsewhere}` }
  return { path: full, message, hint: `known here: ${known.join(', ')}` }
}

function notOneOf(values: readonly string[], path: Path, root: unknown): Finding {
  const given = valueIn(root, path)
  if (given === undefined) return { path, message: `${nameOf(path)} is missing` }
  const shown = typeof given === 'string' && given.length <= 64 ? JSON.stringify(given) : typeName(given)
  const message = `${nameOf(path)} is ${shown}, wanted ${values.join(', ')}`
  const near = typeof given === 'string' ? nearest(given, values) : undefined
  return near === undefined ? { path, message } : { path, message, hint: `did you mean ${near}?` }
}

/** A path as people write it: `spec.rollout.stages[0].name`. */
function nameOf(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? String(step) : `.${String(step)}`
  }
  return text === '' ? 'the document' : text
}

function valueIn(root: unknown, path: Path): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}

function typeName(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return article(typeof value)
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    string: 'text',
    number: 'a number',
    bigint: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  }
  return names[type] ?? type
}
