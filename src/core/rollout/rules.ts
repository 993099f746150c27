import { type Gate, parseDuration, type RolloutSpec } from '../kinds/index.ts'
import type { Unreachable } from './run.ts'

/** A stage as it is written: how its clusters are chosen when a run starts. */
export interface StageRule {
  readonly name: string
  readonly where?: string
  readonly percent?: number
  readonly count?: number
  readonly maxParallel?: number
  readonly soakMs: number
  readonly gates: readonly Gate[]
}

/** A rollout with nothing left to fill in. */
export interface RolloutRules {
  readonly stages: readonly StageRule[]
  readonly failureBudget: number
  readonly onFailure: 'stop' | 'revert'
  readonly unreachable: Unreachable
  readonly newer: 'supersede' | 'wait'
}

/** Where nobody says otherwise: any number may be away, as long as one of the stage proves the change. */
const anyAway: Unreachable = { upToPercent: 100, afterwards: 'catch up' }

/** What holds for a bundle that says nothing: one cluster, then 10 %, then the rest (model, "Stages by default"). */
export const defaultRules: RolloutRules = {
  stages: [
    { name: 'one', count: 1, soakMs: 0, gates: ['health'] },
    { name: 'tenth', percent: 10, soakMs: 0, gates: ['health'] },
    { name: 'rest', soakMs: 0, gates: ['health'] },
  ],
  failureBudget: 0,
  onFailure: 'stop',
  unreachable: anyAway,
  newer: 'supersede',
}

/** A written rollout with its defaults filled in. */
export function rulesOf(spec: RolloutSpec): RolloutRules {
  return {
    stages: spec.stages.map(({ name, where, percent, count, maxParallel, soak, gates }) => ({
      name,
      ...(where === undefined ? {} : { where }),
      ...(percent === undefined ? {} : { percent: percentOf(percent) }),
      ...(count === undefined ? {} : { count }),
      ...(maxParallel === undefined ? {} : { maxParallel }),
      soakMs: soak === undefined ? 0 : (parseDuration(soak) ?? 0),
      gates: gates ?? ['health'],
    })),
    failureBudget: spec.failureBudget ?? 0,
    onFailure: spec.onFailure ?? 'stop',
    unreachable:
      spec.unreachable === undefined
        ? anyAway
        : {
            upToPercent: percentOf(spec.unreachable.upTo),
            afterwards: spec.unreachable['then'] ?? 'catch up',
          },
    newer: spec.newer ?? 'supersede',
  }
}

/** The rules of a run whose environments have rules of their own: of each rule the more careful one. */
export function combineRules(all: readonly RolloutRules[]): Omit<RolloutRules, 'stages'> {
  const [first = defaultRules, ...others] = all
  return others.reduce<Omit<RolloutRules, 'stages'>>(
    (one, two) => ({
      failureBudget: Math.min(one.failureBudget, two.failureBudget),
      onFailure: one.onFailure === 'revert' ? 'revert' : two.onFailure,
      unreachable: {
        upToPercent: Math.min(one.unreachable.upToPercent, two.unreachable.upToPercent),
        afterwards: one.unreachable.afterwards === 'stop' ? 'stop' : two.unreachable.afterwards,
      },
      newer: one.newer === 'wait' ? 'wait' : two.newer,
    }),
    first,
  )
}

function percentOf(text: string): number {
  return Number(text.slice(0, -1))
}
