/**
 * The drift ledger's record: one differing field with desired, live, writer and what becomes of it.
 *
 * Refuses to hold secret values: evidence is made by `evidenceOf` only. Key invariant: a record's id is the
 * same for the same difference, whoever computes it.
 */
export type { DriftRecord, DriftState, EvidenceValue, Hold, Writer } from './drift-record.ts'
export { driftId, evidenceOf } from './evidence.ts'
export { isIgnored } from './ignore-rule.ts'
