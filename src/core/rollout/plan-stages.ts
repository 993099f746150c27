import { type ClusterView, compilePlacement } from '../placement/index.ts'
import { defaultRules, type RolloutRules } from './rules.ts'
import type { Stage } from './run.ts'

/** A cluster that a run is for. */
export interface Candidate {
  readonly view: ClusterView
  /** The environment's place in the order of promotion. */
  readonly order: number
  /** Chosen first where a stage takes some of several: a canary that cannot be reached proves nothing. */
  readonly reachable: boolean
}

export type StagePlan =
  | { readonly stages: readonly Stage[] }
  | { readonly message: string; readonly hint: string }

/**
 * The stages of a run over these clusters. `own` are the bundle's rules and hold for all clusters; without them each
 * environment, in order, has its own (`ofEnvironment`) or the default. A stage without clusters is left out; a cluster
 * in no stage is an error, and so is one for which a stage's `where` has no answer.
 */
export function planStages(
  candidates: readonly Candidate[],
  own: RolloutRules | undefined,
  ofEnvironment: (environment: string) => RolloutRules | undefined,
): StagePlan {
  const sorted = candidates.toSorted(inOrder)
  if (own !== undefined) return chosen(sorted, own, '')
  const environments = [...new Set(sorted.map(({ view }) => view.environment))]
  const stages: Stage[] = []
  for (const environment of environments) {
    const members = sorted.filter(({ view }) => view.environment === environment)
    const rules = ofEnvironment(environment) ?? defaultRules
    const prefix = environments.length === 1 ? '' : `${environment}-`
    const plan = chosen(members, rules, prefix)
    if ('message' in plan) return plan
    stages.push(...plan.stages)
  }
  return { stages }
}

function chosen(candidates: readonly Candidate[], rules: RolloutRules, prefix: string): StagePlan {
  const left = new Map(candidates.map((one) => [one.view.name, one]))
  const stages: Stage[] = []
  for (const rule of rules.stages) {
    let pool = [...left.values()]
    if (rule.where !== undefined) {
      const placement = compilePlacement(rule.where, { file: '', line: 1, subject: `stage ${rule.name}` })
      if ('message' in placement) {
        return {
          message: `stage ${rule.name}: ${placement.message}`,
          hint: placement.hint ?? 'mend its where',
        }
      }
      const answers = pool.map(({ view }) => ({ view, answer: placement.answer(view) }))
      const unknown = answers.find(({ answer }) => answer.kind === 'unknown')
      if (unknown?.answer.kind === 'unknown') {
        return {
          message: `stage ${rule.name}: no answer for cluster ${unknown.view.name}: ${unknown.answer.reason}`,
          hint: 'use names, environments and labels, which are always known',
        }
      }
      const yes = new Set(
        answers.flatMap(({ view, answer }) => (answer.kind === 'chosen' ? [view.name] : [])),
      )
      pool = pool.filter(({ view }) => yes.has(view.name))
    }
    const most = sizeOf(rule, candidates.length) ?? pool.length
    // The order among equals is that of the names, so that a run is the same whoever makes it.
    const first = pool.toSorted((one, two) => Number(two.reachable) - Number(one.reachable)).slice(0, most)
    for (const { view } of first) left.delete(view.name)
    if (first.length === 0) continue
    stages.push({
      name: `${prefix}${rule.name}`,
      clusters: first.map(({ view }) => view.name),
      ...(rule.maxParallel === undefined ? {} : { maxParallel: rule.maxParallel }),
      soakMs: rule.soakMs,
      gates: rule.gates,
    })
  }
  if (left.size === 0) return { stages }
  const names = [...left.keys()]
  const shown =
    names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
  return {
    message: `${names.length === 1 ? `cluster ${shown} is` : `clusters ${shown} are`} in no stage of the rollout`,
    hint: 'end the rollout with a stage that has no where, percent or count',
  }
}

function sizeOf(rule: RolloutRules['stages'][number], total: number): number | undefined {
  if (rule.count !== undefined) return rule.count
  return rule.percent === undefined ? undefined : Math.ceil((total * rule.percent) / 100)
}

function inOrder(one: Candidate, two: Candidate): number {
  if (one.order !== two.order) return one.order - two.order
  const [a, b] = [one.view, two.view]
  if (a.environment !== b.environment) return a.environment < b.environment ? -1 : 1
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
