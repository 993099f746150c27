import type { Bundle } from '../kinds/index.ts'
import type { ClusterView } from './cluster-view.ts'
import { type Answer, compilePlacement } from './expression.ts'

/** A cluster for which the question has no answer now. */
export interface UnknownPlacement {
  readonly cluster: string
  readonly reason: string
}

/**
 * Which clusters a bundle goes to. *Unknown* is neither: a cluster that has the bundle keeps it, and one that
 * has not does not get it (incident 3).
 */
export interface PlacementDecision {
  readonly chosen: readonly string[]
  readonly excluded: readonly string[]
  readonly unknown: readonly UnknownPlacement[]
}

/**
 * Decides where a bundle goes among `clusters`. A bundle without placement goes nowhere. An expression that
 * does not compile makes every cluster unknown: nothing is chosen and nothing is given up.
 */
export function placementDecision(bundle: Bundle, clusters: readonly ClusterView[]): PlacementDecision {
  const where = bundle.spec.placement?.where
  if (where === undefined)
    return { chosen: [], excluded: clusters.map((cluster) => cluster.name), unknown: [] }
  const compiled = compilePlacement(where, { file: '', line: 1, subject: `Bundle ${bundle.metadata.name}` })
  const chosen: string[] = []
  const excluded: string[] = []
  const unknown: UnknownPlacement[] = []
  for (const cluster of clusters) {
    const answer: Answer =
      'answer' in compiled ? compiled.answer(cluster) : { kind: 'unknown', reason: compiled.message }
    if (answer.kind === 'unknown') unknown.push({ cluster: cluster.name, reason: answer.reason })
    else (answer.kind === 'chosen' ? chosen : excluded).push(cluster.name)
  }
  return { chosen, excluded, unknown }
}
