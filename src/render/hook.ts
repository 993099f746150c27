import type { Hook, HookDeletePolicy } from '../core/bundle/index.ts'
import { isMap, type JsonMap } from '../core/object/index.ts'

/** What the annotations of Helm and Argo CD ask for. */
export type Order =
  | { readonly hook?: Hook; readonly wave?: number; readonly warnings: readonly string[] }
  /** The object is not to be delivered. */
  | { readonly leftOut: string; readonly warning?: string }

const policies: ReadonlyMap<string, HookDeletePolicy> = new Map([
  ['before-hook-creation', 'before-creation'],
  ['hook-succeeded', 'succeeded'],
  ['hook-failed', 'failed'],
  ['beforehookcreation', 'before-creation'],
  ['hooksucceeded', 'succeeded'],
  ['hookfailed', 'failed'],
])

/**
 * Reads when an object is to be applied: hooks of Helm and Argo CD with weight and delete policy, and sync waves. As
 * Argo CD has it, its own hook annotation wins over Helm's. Test hooks, and hooks of events that do not exist here
 * (deletion, rollback, failure), are left out by name.
 */
export function orderOf(value: JsonMap): Order {
  const annotation = annotationsOf(value)
  const warnings: string[] = []
  const wave = wholeNumber(
    annotation('argocd.argoproj.io/sync-wave'),
    'argocd.argoproj.io/sync-wave',
    warnings,
  )
  const argo = events(annotation('argocd.argoproj.io/hook'))
  if (argo.length > 0) {
    const names = annotation('argocd.argoproj.io/hook') ?? ''
    if (argo.includes('skip')) return { leftOut: `hook ${names}` }
    const before = argo.includes('presync')
    const after = argo.includes('postsync')
    if (!before && !after && !argo.includes('sync')) return notHere(names)
    warnings.push(...bothWays(before && after, names))
    if (!before && !after) return { ...(wave === undefined ? {} : { wave }), warnings }
    const policy = deletePolicy(annotation('argocd.argoproj.io/hook-delete-policy'), warnings)
    return { hook: { when: after ? 'after' : 'before', weight: wave ?? 0, deletePolicy: policy }, warnings }
  }
  const helm = events(annotation('helm.sh/hook'))
  if (helm.length === 0) return { ...(wave === undefined ? {} : { wave }), warnings }
  const names = annotation('helm.sh/hook') ?? ''
  if (helm.some((event) => event.startsWith('test'))) return { leftOut: 'test hook' }
  const before = helm.includes('pre-install') || helm.includes('pre-upgrade')
  const after = helm.includes('post-install') || helm.includes('post-upgrade')
  if (helm.includes('crd-install')) return { warnings }
  if (!before && !after) return notHere(names)
  warnings.push(...bothWays(before && after, names))
  const weight = wholeNumber(annotation('helm.sh/hook-weight'), 'helm.sh/hook-weight', warnings) ?? 0
  const policy = deletePolicy(annotation('helm.sh/hook-delete-policy'), warnings)
  return { hook: { when: after ? 'after' : 'before', weight, deletePolicy: policy }, warnings }
}

function notHere(names: string): Order {
  return {
    leftOut: `hook ${names}`,
    warning: `hook ${names} is for an event that does not happen here: the object is left out`,
  }
}

function bothWays(both: boolean, names: string): string[] {
  return both ? [`hook ${names} runs after the other objects only: install and upgrade are one here`] : []
}

function annotationsOf(value: JsonMap): (name: string) => string | undefined {
  const { metadata } = value
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined
  return (name) => {
    if (!isMap(annotations) || !Object.hasOwn(annotations, name)) return undefined
    const text = annotations[name]
    return typeof text === 'string' ? text : undefined
  }
}

function events(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((event) => event.trim().toLowerCase())
    .filter((event) => event !== '')
}

function wholeNumber(text: string | undefined, name: string, warnings: string[]): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text.trim())
  if (text.trim() !== '' && Number.isSafeInteger(number)) return number
  warnings.push(`annotation ${name} is no whole number and counts as 0: ${JSON.stringify(text.slice(0, 40))}`)
  return undefined
}

function deletePolicy(text: string | undefined, warnings: string[]): HookDeletePolicy[] {
  const found = new Set<HookDeletePolicy>()
  for (const word of events(text)) {
    const policy = policies.get(word)
    if (policy === undefined) warnings.push(`there is no delete policy ${JSON.stringify(word.slice(0, 40))}`)
    else found.add(policy)
  }
  return found.size === 0 ? ['before-creation'] : [...found]
}
