/**
 * The kinds of which every object of every cluster is recorded in full, managed or not: quotas, roles, bindings, and what
 * OpenShift adds to them.
 *
 * Refuses kinds that hold secrets or are many. Key invariant: equal objects have equal contents on all clusters: what a
 * server adds to each of its own is no part of it.
 */
export { recordedContent } from './recorded-content.ts'
export { isRecordedKind, type RecordedKind, recordedKinds } from './recorded-kinds.ts'
export { lastWriterEntry } from './last-writer-entry.ts'
