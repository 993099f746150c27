import type { ObjectRef } from '../object/index.ts'

/**
 * True when a difference was accepted by a rule `Kind/name: path` or `Kind/namespace/name: path`. `*` stands
 * for any run of characters in each part; a rule for a field covers what is below it. A rule without a path
 * covers the whole object.
 */
export function isIgnored(rules: readonly string[], ref: ObjectRef, path: string): boolean {
  return rules.some((rule) => {
    const colon = rule.indexOf(':')
    const object = (colon < 0 ? rule : rule.slice(0, colon)).trim().split('/')
    const field = colon < 0 ? '' : rule.slice(colon + 1).trim()
    const [kind = '*', middle = '*', last] = object
    if (!matches(kind, ref.kind)) return false
    if (
      last === undefined
        ? !matches(middle, ref.name)
        : !matches(middle, ref.namespace) || !matches(last, ref.name)
    ) {
      return false
    }
    return field === '' || covers(field, path)
  })
}

function covers(field: string, path: string): boolean {
  if (matches(field, path)) return true
  return matches(`${field}.*`, path) || matches(`${field}[*`, path)
}

/** Glob with `*` alone, matched without a regular expression so that no rule can be slow. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts.shift() ?? ''
  if (parts.length === 0) return pattern === text
  if (!text.startsWith(first)) return false
  let at = first.length
  const last = parts.pop() ?? ''
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
