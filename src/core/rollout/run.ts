import type { Gate, Mode } from '../kinds/index.ts'

/** What one cluster gets from a run, and where it comes from. */
export interface Pin {
  readonly variant: string
  readonly mode: Mode
  /** False while some declared objects could not be rendered. */
  readonly complete: boolean
  /** What was in force before the run; undefined where the bundle is new on the cluster. */
  readonly from?: {
    readonly variant: string
    readonly revision: string
    readonly mode: Mode
    readonly complete: boolean
  }
}

/** One stage with the clusters that were chosen for it when the run started. */
export interface Stage {
  readonly name: string
  readonly clusters: readonly string[]
  /** The most clusters that are under way at a time; all at once without it. */
  readonly maxParallel?: number
  readonly soakMs: number
  readonly gates: readonly Gate[]
}

export interface Unreachable {
  /** The share of a stage's clusters, in percent, that may be away. */
  readonly upToPercent: number
  readonly afterwards: 'catch up' | 'stop'
}

/**
 * One pinned execution of a rollout: revision, renderings and membership stay what they were when it started. A
 * newer commit makes another run.
 */
export interface Run {
  /** `r-` and a hash of what it does and when it was made. */
  readonly id: string
  readonly bundle: string
  readonly revision: string
  readonly createdAt: string
  /** The person who started it, with the reason; absent where a commit did. */
  readonly startedBy?: { readonly name: string; readonly reason?: string }
  readonly pins: Readonly<Record<string, Pin>>
  readonly stages: readonly Stage[]
  readonly failureBudget: number
  readonly onFailure: 'stop' | 'revert'
  readonly unreachable: Unreachable
  readonly newer: 'supersede' | 'wait'
  /** Milliseconds that a cluster may take from the apply to good health. */
  readonly healthTimeoutMs: number
  /** Why a person must approve it before its first guarded cluster; absent where nobody has to. */
  readonly approval?: { readonly reason: string; readonly clusters: readonly string[] }
}

/**
 * running → done | paused | stopped | reverting → reverted | aborted | superseded. A stopped or paused run is resumed
 * or aborted by a person.
 */
export type RunState =
  | 'running'
  | 'paused'
  | 'stopped'
  | 'reverting'
  | 'reverted'
  | 'done'
  | 'aborted'
  | 'superseded'

/** What became of a cluster of a run. A cluster that is not listed waits for its turn. */
export type MemberState =
  /** It may apply, and has not come to good health yet. */
  | 'released'
  | 'healthy'
  | 'failed'
  /** Released while it could not be reached: it catches up when it is back. */
  | 'away'
  /** Left out by a person, or not the bundle's any more. */
  | 'skipped'
  /** Told to go back to what it had. */
  | 'reverted'

export interface Member {
  readonly state: MemberState
  /** RFC 3339. */
  readonly since: string
  readonly releasedAt?: string
  /** Since when it looks failed, in epoch milliseconds; it counts as failed only after a while. */
  readonly failingSince?: number
  /** Why, in one sentence. */
  readonly detail?: string
}

/** Somebody let a stage, or the whole run, pass. */
export interface RunApproval {
  /** Index of the stage; absent for the run itself. */
  readonly stage?: number
  readonly by: string
  readonly at: string
  readonly reason?: string
}

/** Where a run stands; everything that changes about it. */
export interface RunProgress {
  readonly state: RunState
  /** Index of the stage that is under way. */
  readonly stage: number
  /** When all clusters of the stage were settled, in epoch milliseconds; the soak counts from here. */
  readonly settledAt?: number
  readonly members: Readonly<Record<string, Member>>
  readonly approvals: readonly RunApproval[]
  /** Indexes of stages whose soak and gates a person skipped. */
  readonly skipped: readonly number[]
  /** Clusters whose failure a person accepted: it does not count any more. */
  readonly excused?: readonly string[]
  /** Why it is paused, stopped or ended, in one sentence. */
  readonly reason?: string
  /** What it waits for now, as sentences; empty when it goes on by itself. */
  readonly waits: readonly string[]
  readonly updatedAt: string
}

/** A run with where it stands. */
export interface RunRecord {
  readonly run: Run
  readonly progress: RunProgress
}

const ended: readonly RunState[] = ['reverted', 'done', 'aborted', 'superseded']

/** True when nothing of the run will change any more. */
export function hasEnded(state: RunState): boolean {
  return ended.includes(state)
}

/** A run before its first step. */
export function freshProgress(at: string): RunProgress {
  return { state: 'running', stage: 0, members: {}, approvals: [], skipped: [], waits: [], updatedAt: at }
}
