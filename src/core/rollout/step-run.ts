import { advanceStages } from './advance-stages.ts'
import { Look } from './look.ts'
import type { RunProgress, RunRecord } from './run.ts'
import type { RunView } from './run-view.ts'

/** Where a run stands after a look, and when it has to be looked at again if nothing is heard before. */
export interface Step {
  readonly progress: RunProgress
  /** Epoch milliseconds; absent when only news can change anything. */
  readonly wakeAt?: number
}

/**
 * Looks at a run: takes over what its clusters report, stops or reverts it when too many failed, releases what may go
 * next. Pure and from state alone: looking twice at the same gives the same, and a step that was lost is made again.
 */
export function stepRun({ run, progress }: RunRecord, view: RunView): Step {
  const { state } = progress
  if (state !== 'running' && state !== 'paused' && state !== 'reverting') return { progress }
  const look = new Look(run, progress, view)
  look.judge()
  if (state === 'reverting') look.revert()
  else if (state === 'running') {
    const failed = look.failed()
    if (failed.length > run.failureBudget) look.giveUp(failed)
    else advanceStages(look)
  }
  return look.end()
}

/**
 * Ends a run by somebody's word. What is applied stays; clusters that are under way or away go back to what they had, so
 * that nothing of the run is written any more.
 */
export function abortRun({ run, progress }: RunRecord, view: RunView, reason: string): Step {
  const look = new Look(run, progress, view)
  look.judge()
  for (const cluster of look.among(Object.keys(run.pins), 'released', 'away')) {
    look.put(cluster, { state: 'reverted', since: view.nowText })
  }
  look.unsettle()
  look.change({ state: 'aborted', reason, waits: [] })
  return look.end()
}

/** Sends a run back by somebody's word: what was released gets what it had before. */
export function revertRun({ run, progress }: RunRecord, view: RunView, reason: string): Step {
  const look = new Look(run, progress, view)
  look.goBack(reason)
  return look.end()
}
