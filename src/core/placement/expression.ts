import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { reasonOf } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { Problem } from '../problem.ts'
import { walk } from './ast.ts'
import { costOf, mostSteps } from './cost.ts'
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

/** Where an expression stands, for the problem that it may be. */
export interface ExpressionPlace {
  readonly file: string
  readonly line: number
  readonly subject: string
}

/** Our linear-time `matches`. As long as the word that it replaces, so that positions in messages hold. */
const ownMatches = 'reMatch'
const longestPattern = 1000

const environment = new Environment({
  enableOptionalTypes: true,
  limits: { maxAstNodes: 2000, maxDepth: 60, maxListElements: 1000, maxMapEntries: 100, maxCallArguments: 8 },
})
  .registerVariable('name', 'string')
  .registerVariable('environment', 'string')
  .registerVariable('labels', 'map<string, string>')
  .registerVariable('facts', 'map<string, dyn>')
  .registerFunction(`string.${ownMatches}(string): bool`, matches)

const variables = ['name', 'environment', 'labels', 'facts']

/**
 * Compiles and type-checks a placement expression. Gives a problem where it does not parse, does not
 * type-check, is no condition, or could take longer than a second for some cluster (safety row 10).
 */
export function compilePlacement(where: string, place: ExpressionPlace): Placement | Problem {
  const problem = (message: string, hint?: string): Problem => ({
    ...place,
    message: `placement ${JSON.stringify(shorten(where))}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  })
  let run: ReturnType<Environment['parse']>
  try {
    run = environment.parse(where)
  } catch (error) {
    return problem(summaryOf(error))
  }
  const refused = prepare(run.ast)
  if (refused !== undefined) return problem(refused)
  if (costOf(run.ast) > mostSteps)
    return problem('it could take too long', 'use fewer or shorter nested lists')
  const checked = run.check()
  if (!checked.valid) return problem(summaryOf(checked.error), hintFor(run.ast))
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    return problem(`it gives ${checked.type ?? 'nothing'}, wanted a condition`, 'compare with == or in')
  }
  return { where, answer: (cluster) => answer(run, cluster) }
}

function answer(run: ReturnType<Environment['parse']>, cluster: ClusterView): Answer {
  const input = inputOf(cluster)
  if ('reason' in input) return { kind: 'unknown', reason: input.reason }
  let result: unknown
  try {
    result = run(input.variables)
  } catch (error) {
    const reason = summaryOf(error)
    if (cluster.facts === undefined && mentionsFacts(run.ast)) {
      return { kind: 'unknown', reason: 'no facts are known about this cluster yet' }
    }
    return { kind: 'unknown', reason }
  }
  if (typeof result === 'boolean') return { kind: result ? 'chosen' : 'excluded' }
  return { kind: 'unknown', reason: 'the expression gave no condition for this cluster' }
}

/** Puts our own `matches` in place of the library's, which backtracks. Gives the reason of a refusal. */
function prepare(ast: ASTNode): string | undefined {
  let refused: string | undefined
  walk(ast, (node) => {
    if (node.op !== 'rcall') return
    // The library resolves a method by this name when the expression is checked, which comes later.
    if (node.args[0] === 'matches') node.args[0] = ownMatches
    if (node.args[0] === 'bind') refused ??= 'cel.bind is not allowed in placements'
    const pattern = node.args[2][0]
    if (node.args[0] !== ownMatches || pattern?.op !== 'value' || typeof pattern.args !== 'string') return
    try {
      compilePattern(pattern.args)
    } catch (error) {
      refused ??= `matches: ${reasonOf(error)}`
    }
  })
  return refused
}

function matches(text: string, pattern: string): boolean {
  return compilePattern(pattern).matcher(text).find()
}

function compilePattern(pattern: string): RE2JS {
  if (pattern.length > longestPattern)
    throw new Error(`the pattern is longer than ${longestPattern} characters`)
  const compiled = RE2JS.compile(pattern)
  if (compiled.programSize() > 10 * longestPattern) throw new Error('the pattern is too large')
  return compiled
}

function mentionsFacts(ast: ASTNode): boolean {
  let found = false
  walk(ast, (node) => {
    if (node.op === 'id' && node.args === 'facts') found = true
  })
  return found
}

function hintFor(ast: ASTNode): string | undefined {
  let hint: string | undefined
  walk(ast, (node) => {
    if (node.op !== 'id' || environment.hasVariable(node.args)) return
    const near = nearest(node.args, variables)
    hint ??= near === undefined ? `known here: ${variables.join(', ')}` : `did you mean ${near}?`
  })
  return hint
}

/** The library's one-line summary; its full message draws the expression over several lines. */
function summaryOf(error: unknown): string {
  const summary = error instanceof Error && 'summary' in error ? error.summary : undefined
  const text = typeof summary === 'string' ? summary : (reasonOf(error).split('\n')[0] ?? 'unknown error')
  return text.replaceAll(ownMatches, 'matches')
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`
}
