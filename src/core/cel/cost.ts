import type { ASTNode } from '@marcbachmann/cel-js'
import { childrenOf } from './ast.ts'

/** What evaluating a node can cost at most, and how large its result can be. */
interface Bound {
  /** Steps: some for each node, and one for each character or element that is looked at. */
  readonly cost: number
  /** Characters of a text, or elements of a list with all that they hold. */
  readonly size: number
  /** The size of one element, where the result is a list. */
  readonly element: number
  /** How many elements, where the result is a list. */
  readonly length: number
}

/** Characters and values that the facts and labels of one cluster may have together. */
export const largestInput = 100_000
/** Longest list in the facts of a cluster. */
export const longestList = 2000
/** Longest text in the facts of a cluster. */
export const longestText = 1024
/** An expression that could take more steps is refused. A step is about ten nanoseconds. */
export const mostSteps = 50_000_000
/** Steps of evaluating one node, beside what it looks at. */
const nodeSteps = 10

/** What a fact or the labels can be at most. */
const anyInput: Bound = { cost: nodeSteps, size: largestInput, element: longestText, length: longestList }

const comprehensions = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])
const scalarResults = new Set(
  (
    'matches reMatch contains startsWith endsWith size indexOf lastIndexOf ' +
    'has int uint double bool type timestamp duration'
  ).split(' '),
)

/**
 * The most steps that `expression` can take, whatever the facts: lists are taken at their longest, and a
 * variable of a comprehension at the size of what it stands for, so that nesting cannot hide growth
 * (safety row 10).
 */
export function costOf(expression: ASTNode): number {
  return boundOf(expression, new Map()).cost
}

function boundOf(node: ASTNode, variables: ReadonlyMap<string, Bound>): Bound {
  if (node.op === 'value') return scalar(nodeSteps, typeof node.args === 'string' ? node.args.length : 1)
  if (node.op === 'id') return variables.get(node.args) ?? anyInput
  if (node.op === 'call') return call(node, variables)
  if (node.op === 'rcall') {
    return comprehensions.has(node.args[0]) ? comprehension(node, variables) : call(node, variables)
  }
  const parts = childrenOf(node).map((child) => boundOf(child, variables))
  const cost = nodeSteps + sum(parts.map((part) => part.cost))
  const size = sum(parts.map((part) => part.size))
  const element = Math.max(1, ...parts.map((part) => part.element))
  if (node.op === 'list') {
    const largest = Math.max(1, ...parts.map((part) => part.size))
    return { cost, size: size + 1, element: largest, length: parts.length }
  }
  if (node.op === '+')
    return { cost: cost + size, size, element, length: sum(parts.map((part) => part.length)) }
  return {
    // A comparison looks at all of both sides.
    cost: cost + size,
    size: Math.max(1, ...parts.map((part) => part.size)),
    element,
    length: Math.max(0, ...parts.map((part) => part.length)),
  }
}

function comprehension(
  node: Extract<ASTNode, { op: 'rcall' }>,
  variables: ReadonlyMap<string, Bound>,
): Bound {
  const [name, receiver, args] = node.args
  const over = boundOf(receiver, variables)
  const [variable, ...bodies] = args
  const inner = new Map(variables)
  const item = {
    cost: 1,
    size: over.element,
    element: over.element,
    length: Math.min(over.element, longestList),
  }
  if (variable?.op === 'id') inner.set(variable.args, item)
  const parts = bodies.map((body) => boundOf(body, inner))
  const cost = over.cost + over.length * (nodeSteps + sum(parts.map((part) => part.cost)))
  const last = parts.at(-1)
  if (name === 'map' && last !== undefined) {
    return { cost, size: over.length * (last.size + 1), element: last.size, length: over.length }
  }
  return name === 'filter' ? { ...over, cost } : scalar(cost, 1)
}

function call(
  node: Extract<ASTNode, { op: 'call' | 'rcall' }>,
  variables: ReadonlyMap<string, Bound>,
): Bound {
  const parts = childrenOf(node).map((child) => boundOf(child, variables))
  const work = parts.reduce((product, part) => product * Math.max(1, part.size), 1)
  const cost = nodeSteps + sum(parts.map((part) => part.cost + part.size))
  if (scalarResults.has(node.args[0])) {
    // A regular expression may be run over the text once for each of its own states.
    return scalar(node.args[0] === 'reMatch' ? cost + work : cost, 1)
  }
  return { cost: cost + work, size: work, element: work, length: Math.min(work, largestInput) }
}

function scalar(cost: number, size: number): Bound {
  return { cost, size, element: size, length: size }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
