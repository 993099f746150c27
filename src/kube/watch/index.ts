/**
 * Watching the objects of a kind: the complete list first, then every change, over whatever happens to the connection.
 *
 * It keeps a key and a revision per object and nothing else, and refuses to trust an open socket: a stream that falls
 * silent is dropped. A gap is repaired by resuming, or by a complete list, never by assuming.
 * Key invariant: a deletion is told once, and only on the server's word or by absence from a complete list.
 */
export type {
  Watch,
  WatchedDeletion,
  WatchedObject,
  WatchEvent,
  WatchHandler,
  WatchState,
  WatchStateKind,
} from './watch-handler.ts'
export { watchObjects, type WatchOptions } from './watch-objects.ts'
export { compareRevisions } from './resource-version.ts'
