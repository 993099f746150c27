import { conditionKind, type ExpressionPlace } from '../cel/index.ts'
import type { Problem } from '../problem.ts'
import type { ClusterView } from './cluster-view.ts'
import { inputOf } from './input.ts'

/** The answer for one cluster. */
export type Answer =
  | { readonly kind: 'chosen' }
  | { readonly kind: 'excluded' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** A compiled placement rule. */
export interface Placement {
  readonly where: string
  answer(cluster: ClusterView): Answer
}

const compile = conditionKind('placement', {
  name: 'string',
  environment: 'string',
  labels: 'map<string, string>',
  facts: 'map<string, dyn>',
})

/** Compiles and type-checks a placement expression, over what is known about a cluster. */
export function compilePlacement(where: string, place: ExpressionPlace): Placement | Problem {
  const condition = compile(where, place)
  if ('message' in condition) return condition
  // Facts are large, and most rules ask about labels only.
  const asksFacts = condition.mentions('facts')
  return {
    where,
    answer: (cluster) => {
      const input = inputOf(asksFacts ? cluster : { ...cluster, facts: undefined })
      if ('reason' in input) return { kind: 'unknown', reason: input.reason }
      const answer = condition.answer(input.variables)
      if (answer.kind !== 'unknown') return { kind: answer.kind === 'yes' ? 'chosen' : 'excluded' }
      if (cluster.facts === undefined && asksFacts) {
        return { kind: 'unknown', reason: 'no facts are known about this cluster yet' }
      }
      const none = answer.reason === 'the expression gave no condition'
      return { kind: 'unknown', reason: none ? `${answer.reason} for this cluster` : answer.reason }
    },
  }
}
