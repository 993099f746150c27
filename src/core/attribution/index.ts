/**
 * Who wrote a field (engine §4): classes of managers as shipped data, audit records, and how sure it is.
 *
 * Never names a person without an audit record, and never keeps a body of one. Key invariant: what is not
 * known is said to be unknown, and certainty is never raised by joining guesses.
 */
export { attribute } from './attribute.ts'
export type { Attribution, Sure } from './attribution.ts'
export { AuditIndex } from './audit-index.ts'
export type { AuditMatch, AuditTarget } from './audit-match.ts'
export { type AuditRecord, parseAuditEvent } from './audit-record.ts'
export type { ClassificationRule } from './classification.ts'
