import type { DriftView, RenderedManifest } from '../../../api/index.ts'

type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly keys: ReadonlyMap<string, unknown> }

/**
 * A manifest with the live values of some fields put in their places, and the paths of those that have no place or whose
 * value is not on record. The manifest itself stays as it is.
 */
export function withLiveValues(
  manifest: RenderedManifest['manifest'],
  fields: readonly Pick<DriftView, 'path' | 'live'>[],
): { readonly live: RenderedManifest['manifest']; readonly unplaced: string[] } {
  const live = structuredClone(manifest)
  const unplaced: string[] = []
  for (const { path, live: value } of fields) {
    const steps = stepsOf(path)
    const known = value.is === 'text' || value.is === 'absent'
    if (
      steps === undefined ||
      !known ||
      !put(live, steps, value.is === 'text' ? JSON.parse(value.text) : undefined)
    ) {
      unplaced.push(path === '' ? 'whole object' : path)
    }
  }
  return { live, unplaced }
}

/** The steps of a path as the hub writes it: `spec.containers[name="web"].args[0]`. Undefined for what is none. */
function stepsOf(path: string): Step[] | undefined {
  const steps: Step[] = []
  let rest = path
  while (rest !== '') {
    const field = /^\.?([^.[\]]+)/.exec(rest)
    if (field !== null) {
      steps.push({ field: field[1] ?? '' })
      rest = rest.slice(field[0].length)
      continue
    }
    const bracket = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/.exec(rest)
    if (bracket === null) return undefined
    const step = bracketStep(bracket[1] ?? '')
    if (step === undefined) return undefined
    steps.push(step)
    rest = rest.slice(bracket[0].length)
  }
  return steps.length === 0 ? undefined : steps
}

function bracketStep(inside: string): Step | undefined {
  if (/^\d+$/.test(inside)) return { index: Number(inside) }
  if (inside.startsWith('"')) return { field: String(JSON.parse(inside)) }
  const keys = new Map<string, unknown>()
  for (const [, name = '', value = ''] of inside.matchAll(/([^=,\s]+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)) {
    try {
      keys.set(name, JSON.parse(value))
    } catch {
      return undefined
    }
  }
  return keys.size === 0 ? undefined : { keys }
}

/** Puts a value at a path, or takes the field away where it is undefined; false where the path leads nowhere. */
function put(root: Record<string, unknown>, steps: readonly Step[], value: unknown): boolean {
  let at: unknown = root
  for (const [depth, step] of steps.entries()) {
    const key = keyIn(at, step)
    if (key === undefined || typeof at !== 'object' || at === null) return false
    // What has an own key by `keyIn` is a map or a list.
    const holder = at as Record<string | number, unknown>
    if (depth === steps.length - 1) {
      if (value !== undefined) holder[key] = value
      else if (Array.isArray(at)) at.splice(Number(key), 1)
      else delete holder[key]
      return true
    }
    if (holder[key] === undefined && 'field' in step) holder[key] = {}
    at = holder[key]
  }
  return false
}

function keyIn(at: unknown, step: Step): string | number | undefined {
  if ('field' in step)
    return typeof at === 'object' && at !== null && !Array.isArray(at) ? step.field : undefined
  if (!Array.isArray(at)) return undefined
  if ('index' in step) return step.index < at.length ? step.index : undefined
  const found = at.findIndex(
    (item: unknown) =>
      typeof item === 'object' &&
      item !== null &&
      [...step.keys].every(([name, wanted]) => (item as Record<string, unknown>)[name] === wanted),
  )
  return found < 0 ? undefined : found
}
