import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { reasonOf } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { Problem } from '../problem.ts'
import { walk } from './ast.ts'
import { costOf, mostSteps } from './cost.ts'

/** What a condition said about some variables. */
export type ConditionAnswer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** A compiled condition. */
export interface Condition {
  readonly text: string
  /** True when the variable occurs in it. */
  mentions(variable: string): boolean
  answer(variables: Readonly<Record<string, unknown>>): ConditionAnswer
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

/**
 * A kind of condition: what it is called in messages, and the variables that it may use with their CEL types. Its
 * answer compiles and type-checks a text; it gives a problem where the text does not parse, does not type-check, is no
 * condition, or could take longer than a second (safety row 10).
 */
export function conditionKind(
  word: string,
  variables: Readonly<Record<string, string>>,
): (text: string, place: ExpressionPlace) => Condition | Problem {
  let environment = new Environment({
    enableOptionalTypes: true,
    limits: {
      maxAstNodes: 2000,
      maxDepth: 60,
      maxListElements: 1000,
      maxMapEntries: 100,
      maxCallArguments: 8,
    },
  }).registerFunction(`string.${ownMatches}(string): bool`, matches)
  for (const [name, type] of Object.entries(variables)) environment = environment.registerVariable(name, type)
  const names = Object.keys(variables)

  return (text, place) => {
    const problem = (message: string, hint?: string): Problem => ({
      ...place,
      message: `${word} ${JSON.stringify(shorten(text))}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
      severity: 'error',
    })
    let run: ReturnType<Environment['parse']>
    try {
      run = environment.parse(text)
    } catch (error) {
      return problem(summaryOf(error))
    }
    const refused = prepare(run.ast, word)
    if (refused !== undefined) return problem(refused)
    if (costOf(run.ast) > mostSteps)
      return problem('it could take too long', 'use fewer or shorter nested lists')
    const checked = run.check()
    if (!checked.valid) return problem(summaryOf(checked.error), hintFor(run.ast, environment, names))
    if (checked.type !== 'bool' && checked.type !== 'dyn') {
      return problem(`it gives ${checked.type ?? 'nothing'}, wanted a condition`, 'compare with == or in')
    }
    return {
      text,
      mentions: (variable) => mentions(run.ast, variable),
      answer: (given) => answer(run, given),
    }
  }
}

function answer(
  run: ReturnType<Environment['parse']>,
  given: Readonly<Record<string, unknown>>,
): ConditionAnswer {
  let result: unknown
  try {
    result = run(given)
  } catch (error) {
    return { kind: 'unknown', reason: summaryOf(error) }
  }
  if (typeof result === 'boolean') return { kind: result ? 'yes' : 'no' }
  return { kind: 'unknown', reason: 'the expression gave no condition' }
}

/** Puts our own `matches` in place of the library's, which backtracks. Gives the reason of a refusal. */
function prepare(ast: ASTNode, word: string): string | undefined {
  let refused: string | undefined
  walk(ast, (node) => {
    if (node.op !== 'rcall') return
    // The library resolves a method by this name when the expression is checked, which comes later.
    if (node.args[0] === 'matches') node.args[0] = ownMatches
    if (node.args[0] === 'bind') refused ??= `cel.bind is not allowed in a ${word}`
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

function mentions(ast: ASTNode, variable: string): boolean {
  let found = false
  walk(ast, (node) => {
    if (node.op === 'id' && node.args === variable) found = true
  })
  return found
}

function hintFor(ast: ASTNode, environment: Environment, names: readonly string[]): string | undefined {
  let hint: string | undefined
  walk(ast, (node) => {
    if (node.op !== 'id' || environment.hasVariable(node.args)) return
    const near = nearest(node.args, names)
    hint ??= near === undefined ? `known here: ${names.join(', ')}` : `did you mean ${near}?`
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
