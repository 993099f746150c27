import { inForce, type RunRecord } from '../../../core/rollout/index.ts'
import type { Assignment, Mode } from '../../../spoke/index.ts'

const caution: Readonly<Record<Mode, number>> = { observe: 0, ask: 1, enforce: 2 }

/**
 * What a cluster is to be of one bundle now: the settings that Git says now, with the rendering and the mode that were
 * released. Undefined while nothing is: a bundle that is new here waits for its turn.
 */
export function compose(
  cluster: string,
  target: Assignment,
  current: Assignment | undefined,
  active: RunRecord | undefined,
): Assignment | undefined {
  // A withdrawal asks for its own approval in the cluster; where nothing is written nothing has to wait.
  if (target.withdrawn !== undefined || target.mode === 'observe') return target
  const pinned = active?.run.pins[cluster] !== undefined
  const released = active !== undefined && pinned ? inForce(active, cluster) : current
  if (released === undefined) return undefined
  const mode = caution[released.mode] < caution[target.mode] ? released.mode : target.mode
  if (released.variant === target.variant) return { ...target, mode }
  const { variant, revision, complete } = released
  return { ...target, variant, revision, complete, mode }
}

/** True when a cluster comes to its target only by a run: another rendering, or a mode that allows more. */
export function needsRun(
  target: Assignment,
  current: Pick<Assignment, 'variant' | 'mode'> | undefined,
): boolean {
  if (target.withdrawn !== undefined || target.mode === 'observe') return false
  if (current === undefined || current.variant !== target.variant) return true
  return caution[current.mode] < caution[target.mode]
}
