import {
  hasEnded,
  inForce,
  type RunRecord,
  type RunView,
  type Step,
  stepRun,
} from '../../../core/rollout/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import { needsRun } from './compose.ts'

/** What Git says and what is in force, of one bundle on one cluster. */
export interface Placed {
  readonly target: Assignment
  readonly current: Assignment | undefined
}

export interface RunInput {
  readonly placed: ReadonlyMap<string, Placed>
  readonly active: RunRecord | undefined
  readonly ended: RunRecord | undefined
  readonly view: (record: RunRecord) => RunView
  /** Makes a run for these clusters. */
  readonly begin: (
    wanted: ReadonlyMap<string, Placed>,
  ) => RunRecord | { readonly message: string; readonly hint: string }
}

export interface RunDecision {
  /** In the order in which they are to be saved. */
  readonly changes: readonly { readonly before?: RunRecord; readonly after: RunRecord }[]
  readonly wakeAt?: number
  /** Why no run could begin. */
  readonly problem?: { readonly message: string; readonly hint: string }
}

/**
 * What becomes of the runs of one bundle: the active one is looked at, or gives way to a newer commit; where there is
 * none and clusters are not what Git says, one begins. A run that was aborted or reverted holds what it pinned: only
 * another rendering, or a person, begins anew.
 */
export function decideRun(input: RunInput): RunDecision {
  const { active, placed } = input
  const changes: { before?: RunRecord; after: RunRecord }[] = []
  let last = input.ended
  if (active !== undefined) {
    if (givesWay(active, placed)) last = superseded(active, placed)
    else {
      const step = stepRun(active, input.view(active))
      if (!hasEnded(step.progress.state)) return stepped(active, step)
      last = { run: active.run, progress: step.progress }
    }
    changes.push({ before: active, after: last })
  }
  const wanted = new Map(
    [...placed].filter(([cluster, { target, current }]) => {
      const now = changes.length > 0 && last?.run.pins[cluster] ? inForce(last, cluster) : current
      return needsRun(target, now) && !holds(last, cluster, target)
    }),
  )
  if (wanted.size === 0) return { changes }
  const record = input.begin(wanted)
  if ('message' in record) return { changes, problem: record }
  const first = stepRun(record, input.view(record))
  changes.push({ after: { run: record.run, progress: first.progress } })
  return { changes, ...(first.wakeAt === undefined ? {} : { wakeAt: first.wakeAt }) }
}

function stepped(active: RunRecord, { progress, wakeAt }: Step): RunDecision {
  const changes =
    progress === active.progress ? [] : [{ before: active, after: { run: active.run, progress } }]
  return { changes, ...(wakeAt === undefined ? {} : { wakeAt }) }
}

/** A newer commit gives one of its clusters something else than it pinned, and its rule and state let it go. */
function givesWay({ run, progress }: RunRecord, placed: ReadonlyMap<string, Placed>): boolean {
  const { state } = progress
  if (state === 'paused' || state === 'reverting') return false
  if (state === 'running' && run.newer === 'wait') return false
  return Object.entries(run.pins).some(([cluster, pin]) => {
    const target = placed.get(cluster)?.target
    if (target === undefined || target.withdrawn !== undefined) return false
    return target.variant !== pin.variant || target.mode !== pin.mode
  })
}

/** It ends before it releases anything more: what it has given so far is where the next one begins. */
function superseded({ run, progress }: RunRecord, placed: ReadonlyMap<string, Placed>): RunRecord {
  const revision = [...placed.values()][0]?.target.revision.slice(0, 12) ?? ''
  return {
    run,
    progress: { ...progress, state: 'superseded', reason: `superseded by ${revision}`, waits: [] },
  }
}

/** True when the last run was ended by hand or went back, and pinned for the cluster what Git still says. */
export function holds(last: RunRecord | undefined, cluster: string, target: Assignment): boolean {
  if (last === undefined) return false
  const { state } = last.progress
  if (state !== 'aborted' && state !== 'reverted') return false
  const pin = last.run.pins[cluster]
  return pin?.variant === target.variant && pin.mode === target.mode
}
