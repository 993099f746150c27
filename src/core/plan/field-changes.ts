import { canonicalJson, isList, isMap, type Json, type KubeObject } from '../object/index.ts'
import type { FieldChange } from './plan.ts'

/** Written by the server on every write; a change there is never news. */
const serverFields = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp'])
const longestValue = 80

/**
 * The fields in which two states of one object differ, for people to read: lists are compared by their
 * items' names where these have one. `absent` stands for a field that is not there; values of Secrets and of
 * anything longer than a line are only described. An object that is not there yet is one change.
 */
export function fieldChanges(from: KubeObject | undefined, to: KubeObject): FieldChange[] {
  if (from === undefined) return [{ path: 'object', from: 'absent', to: 'created' }]
  const changes: FieldChange[] = []
  const secret = to.apiVersion === 'v1' && to.kind === 'Secret'
  const { status: _status, ...next } = to as Record<string, unknown>
  const { status: _old, ...last } = from as Record<string, unknown>
  compare('', last as Json, next as Json, secret, changes)
  return changes
}

function compare(
  path: string,
  from: Json | undefined,
  to: Json | undefined,
  secret: boolean,
  changes: FieldChange[],
): void {
  if (from === to) return
  if (isMap(from) && isMap(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (path === 'metadata' && serverFields.has(key)) continue
      compare(path === '' ? key : `${path}.${key}`, from[key], to[key], secret, changes)
    }
    return
  }
  if (isList(from) && isList(to) && named(from) && named(to)) {
    const before = byName(from)
    const after = byName(to)
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      compare(`${path}[name="${name}"]`, before.get(name), after.get(name), secret, changes)
    }
    return
  }
  if (from !== undefined && to !== undefined && canonicalJson(from) === canonicalJson(to)) return
  const hidden = secret && /^(data|stringData)(\.|$)/.test(path)
  changes.push({ path, from: described(from, hidden), to: described(to, hidden) })
}

function named(list: readonly Json[]): boolean {
  return (
    list.every((item) => isMap(item) && typeof item.name === 'string') && byName(list).size === list.length
  )
}

function byName(list: readonly Json[]): Map<string, Json> {
  return new Map(list.map((item) => [isMap(item) && typeof item.name === 'string' ? item.name : '', item]))
}

function described(value: Json | undefined, hidden: boolean): string {
  if (value === undefined) return 'absent'
  if (hidden) return 'secret'
  const text = typeof value === 'string' ? value : canonicalJson(value)
  if (text.length <= longestValue && !text.includes('\n')) return text
  if (isMap(value)) return `{${Object.keys(value).length} fields}`
  if (isList(value)) return `[${value.length} items]`
  return `${text.length} characters`
}
