/**
 * Conditions in CEL, as placement, stages and gates write them.
 *
 * Refuses what does not type-check, what is no condition, and what could take longer than a second for some input
 * (safety row 10). Key invariant: an evaluation that fails is an answer of its own, never a no.
 */
export { type Condition, type ConditionAnswer, conditionKind, type ExpressionPlace } from './condition.ts'
export { largestInput, longestList, longestText } from './cost.ts'
