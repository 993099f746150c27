/**
 * What the hub keeps and neither Git nor a cluster knows (model, "What the hub keeps"): embedded on SQLite, or on
 * PostgreSQL, with one schema and one conformance suite.
 *
 * Refuses a second opener, a damaged file, a newer schema and a wrong key, and never makes anew what it cannot
 * read. Holds no secret in clear: renderings are encrypted, tokens and values are keyed hashes.
 * Key invariant: a write that was acknowledged is durable, and a write that was refused left nothing.
 */
export type { KeptAnswer } from './answer-table.ts'
export type { ClusterRow, LastGood } from './cluster-table.ts'
export type { BundleStateRow } from './bundle-state-table.ts'
export type { CauseCount, DriftFilter } from './drift-table.ts'
export type { EventFilter, LoggedEvent, NewEvent } from './event-table.ts'
export type { Freeze } from './freeze-table.ts'
export type { Decision, PlanFilter } from './plan-table.ts'
export { openStore, type Store, type StoreLocation, type StoreOptions } from './store.ts'
export type { StoredToken, TokenLimits } from './token-table.ts'
export { type QuotaFilter, sampleName } from './quota-table.ts'
export type { KnownKind } from './recorded-table.ts'
export type { RecordedNews } from './save-recorded.ts'
export type { IndexChange, IndexedObject, SearchScope } from './search-table.ts'
export type { Person, StoredSession } from './session-table.ts'
