import { type JsonMap, mapOf, mapsOf, textOf, textsOf } from '../../core/object/index.ts'
import type { ServedResource } from '../discovery/index.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE'

/** What a write is to webhooks. */
export interface Admitted {
  readonly resource: ServedResource
  readonly subresource: string
  readonly operation: Operation
  /** The labels of the namespace; undefined for what is in none. */
  readonly namespaceLabels: JsonMap | undefined
  /** The labels that the object has, and had. */
  readonly labels: readonly JsonMap[]
}

/** True when a webhook wants to see a write. Source: apiserver, pkg/admission/plugin/webhook/predicates. */
export function concerns(webhook: JsonMap, admitted: Admitted): boolean {
  const { namespaceLabels, labels } = admitted
  if (!mapsOf(webhook.rules).some((rule) => ruleMatches(rule, admitted))) return false
  if (namespaceLabels !== undefined && !selects(mapOf(webhook.namespaceSelector), namespaceLabels))
    return false
  return labels.some((one) => selects(mapOf(webhook.objectSelector), one))
}

function ruleMatches(rule: JsonMap, { resource, subresource, operation }: Admitted): boolean {
  const has = (values: readonly string[], value: string): boolean =>
    values.includes('*') || values.includes(value)
  const named = subresource === '' ? resource.plural : `${resource.plural}/${subresource}`
  const wanted = textsOf(rule.resources)
  const isNamed = wanted.some(
    (one) =>
      one === named ||
      one === '*/*' ||
      (one === '*' && subresource === '') ||
      one === `${resource.plural}/*` ||
      (subresource !== '' && one === `*/${subresource}`),
  )
  const scope = textOf(rule.scope)
  const inScope = scope === '' || scope === '*' || (scope === 'Namespaced') === resource.namespaced
  return (
    has(textsOf(rule.operations), operation) &&
    has(textsOf(rule.apiGroups), resource.group) &&
    has(textsOf(rule.apiVersions), resource.version) &&
    isNamed &&
    inScope
  )
}

/** True when a LabelSelector matches labels; an empty one matches all. */
function selects({ matchLabels, matchExpressions }: JsonMap, labels: JsonMap): boolean {
  return (
    Object.entries(mapOf(matchLabels)).every(([key, value]) => labels[key] === value) &&
    mapsOf(matchExpressions).every(({ key, operator, values }) => {
      const held = labels[textOf(key)]
      const isIn = typeof held === 'string' && textsOf(values).includes(held)
      if (operator === 'In') return isIn
      if (operator === 'NotIn') return !isIn
      return (operator === 'Exists') === (held !== undefined)
    })
  )
}
