import { largestInput, longestList, longestText } from '../cel/index.ts'
import type { ClusterView, FactValue } from './cluster-view.ts'

/** The variables of an expression for one cluster, or why there are none. */
export type PlacementInput =
  | { readonly variables: Readonly<Record<string, unknown>> }
  | { readonly reason: string }

/**
 * What a cluster's view is in CEL: maps become `Map`s, so that no key can reach a prototype, and whole
 * numbers become ints. Facts that are not known are left out, so that asking for them is an error and not
 * an answer.
 */
export function inputOf(cluster: ClusterView): PlacementInput {
  const budget = { left: largestInput, tooLong: false }
  const labels = new Map(Object.entries(cluster.labels))
  for (const [label, value] of labels) budget.left -= label.length + value.length
  const variables: Record<string, unknown> = { name: cluster.name, environment: cluster.environment, labels }
  if (cluster.facts !== undefined) variables['facts'] = valueOf(cluster.facts, budget)
  if (budget.tooLong || budget.left < 0)
    return { reason: 'the labels and facts of this cluster are too large' }
  return { variables }
}

function valueOf(value: FactValue, budget: { left: number; tooLong: boolean }): unknown {
  budget.left -= 1
  if (budget.left < 0) return undefined
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value === 'string') {
    budget.left -= value.length
    if (value.length > longestText) budget.tooLong = true
    return value
  }
  if (typeof value !== 'object') return value
  if (isFactList(value)) {
    if (value.length > longestList) budget.tooLong = true
    return budget.tooLong ? undefined : value.map((item) => valueOf(item, budget))
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return new Map(
    entries.map(([key, inner]) => {
      budget.left -= key.length
      return [key, valueOf(inner, budget)]
    }),
  )
}

function isFactList(value: FactValue): value is readonly FactValue[] {
  return Array.isArray(value)
}
