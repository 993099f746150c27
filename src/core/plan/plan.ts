import type { ObjectRef } from '../object/index.ts'

/**
 * What is about to be written to one cluster for one bundle. The same value is shown, stored, approved and
 * executed. Its `id` is a hash of what it would do, so the same proposal is always the same plan: a decision
 * that was made holds after a restart, and a changed proposal needs a new decision.
 */
export interface Plan {
  readonly id: string
  readonly cluster: string
  /** The cluster's own identity that the plan was made for; nothing is sent to another one. */
  readonly clusterId: string
  readonly bundle: string
  /** The Git commit and the content hash of the rendering that the plan came from. */
  readonly revision: string
  readonly variant: string
  readonly items: readonly PlanItem[]
  /** Why a person must confirm it, as sentences; empty where none has to. */
  readonly reasons: readonly string[]
}

/** What a plan does to an object. `adopt` takes over an existing object that no bundle owns yet. */
export type PlanAction = 'create' | 'configure' | 'delete' | 'adopt'

export interface PlanItem {
  readonly action: PlanAction
  readonly ref: ObjectRef
  /** The object that is meant; a deletion carries it always. */
  readonly uid?: string
  /** The fields that change, with values as the evidence rules allow them to be shown. */
  readonly fields: readonly FieldChange[]
  /** Why this object is in the plan, where that is not plain from the action. */
  readonly note?: string
}

export interface FieldChange {
  readonly path: string
  readonly from: string
  readonly to: string
}

/**
 * waiting → approved | rejected; approved → executed | failed; any → superseded when the proposal changed.
 * `automatic` plans were within their bounds and needed nobody.
 */
export type PlanState =
  | 'waiting'
  | 'approved'
  | 'automatic'
  | 'rejected'
  | 'executed'
  | 'failed'
  | 'superseded'

/** A plan as it is kept, with what was decided. Times are RFC 3339. */
export interface PlanRecord {
  readonly plan: Plan
  readonly state: PlanState
  readonly createdAt: string
  readonly decidedAt?: string
  readonly decidedBy?: string
  readonly decisionReason?: string
}
