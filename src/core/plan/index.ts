/**
 * Plans: what is about to be written, as data. Made by one function, shown by another, executed by a third.
 *
 * Refuses to know how anything is sent. Key invariant: a deletion never happens without a stored plan that
 * names the object with its uid.
 */
export { effectOf, type EffectItem } from './effect.ts'
export { fieldChanges } from './field-changes.ts'
export type { FieldChange, Plan, PlanAction, PlanItem, PlanRecord, PlanState } from './plan.ts'
