/**
 * Rollouts: how a change reaches its clusters in stages, as data and pure functions.
 *
 * Refuses to know how anything is sent or stored. Key invariant: a run never changes what it pinned; everything that
 * happens to it is in its progress, and a step is made from state alone, so it can be made again after a crash.
 */
export { freezeAt, type LocalTime } from './freeze-window.ts'
export { compileGate } from './gate-condition.ts'
export { type InForce, inForce } from './in-force.ts'
export { type Candidate, planStages } from './plan-stages.ts'
export { type RolloutRules, combineRules, defaultRules, rulesOf } from './rules.ts'
export {
  freshProgress,
  hasEnded,
  type Member,
  type MemberState,
  type Pin,
  type Run,
  type RunApproval,
  type RunProgress,
  type RunRecord,
  type RunState,
  type Stage,
} from './run.ts'
export type { GateAnswer, RunView, Seen } from './run-view.ts'
export { abortRun, revertRun, type Step, stepRun } from './step-run.ts'
export { timetable, type TimetableEntry } from './timetable.ts'
