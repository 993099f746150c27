/**
 * Jobs: one action asked of many clusters, a row for each, as data.
 *
 * Refuses to know what the action is or how it is sent. Key invariant: a row is `waiting` only as long as nothing was sent
 * to its cluster; what was begun and whose end nobody saw is `unknown`, never done and never not begun.
 */
export {
  interrupted,
  type Job,
  jobIsOver,
  type JobKind,
  jobKinds,
  type JobPart,
  type JobRecord,
  type JobResult,
  type JobRow,
  type JobRowState,
  jobRowStates,
  type JobState,
  jobStates,
  type ToldFailure,
} from './job.ts'
export { type JobProgress, progressOf } from './progress.ts'
export { targetOf, targetsOf } from './targets.ts'
