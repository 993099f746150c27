/**
 * What is stored in a simulated cluster: objects by resource and key, one growing revision, the latest changes.
 *
 * Knows nothing about requests, kinds or rules, and refuses a write that did not see what is stored. Key invariant: what
 * clusters share is frozen; a write in one cluster is never seen in another.
 */
export {
  type BaseLayer,
  ClusterStore,
  type ClusterStoreOptions,
  type Page,
  type PageRequest,
  type Snapshot,
} from './cluster-store.ts'
export { type ContinueToken, decodeContinue, encodeContinue } from './continue-token.ts'
export { Dependents, type Place } from './dependents.ts'
export { derivedUid } from './derived-uid.ts'
export type { Change } from './history.ts'
export { Shapes } from './shapes.ts'
export { type StoredObject, uidOf, wholeOf } from './stored-object.ts'
