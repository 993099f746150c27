import type { KubeObject } from '../../core/object/index.ts'
import type { KubeFailure } from '../failure.ts'

/** What a watch learnt about one object. */
export type WatchEvent = WatchedObject | WatchedDeletion

export interface WatchedObject {
  /** ADDED when the watch did not know the object before. */
  readonly type: 'ADDED' | 'MODIFIED'
  readonly namespace: string
  readonly name: string
  readonly resourceVersion: string
  readonly object: KubeObject
  /** Size of the event as it came over the wire; 0 for an object of a paged list. */
  readonly bytes: number
}

export interface WatchedDeletion {
  /** The object left the watch: it was deleted, or no longer matches the selector (engine §3). */
  readonly type: 'DELETED'
  readonly namespace: string
  readonly name: string
  /** The revision of the deletion; for `relist`, the revision of the list that lacks the object. */
  readonly resourceVersion: string
  /** The last state, where the server sent one. */
  readonly object: KubeObject | undefined
  readonly bytes: number
  /** True when the deletion itself was missed, and shows only as absence from a complete list. */
  readonly relist: boolean
}

export type WatchStateKind =
  /** Reading the complete list; what is known is not complete until `onSynced`. */
  | 'listing'
  /** Events arrive; what is known is current. */
  | 'live'
  /** No connection, or one that fell silent; what is known may be old. */
  | 'disconnected'
  /** 401 after fresh credentials, or 403. Retried slowly. */
  | 'denied'
  /** The server does not serve the kind, any more or yet. Retried slowly; says nothing about its objects. */
  | 'gone-kind'

export interface WatchState {
  readonly kind: WatchStateKind
  /** When this state began, by the clock. */
  readonly since: number
  /** Rises when revisions went back (a restored etcd): older revisions compare with nothing any more. */
  readonly epoch: number
  /** Why the watch is not live. */
  readonly failure?: KubeFailure
}

/**
 * Whoever listens to a watch. Calls come one at a time and in order, and none after `stop()` has resolved.
 * They must not throw; what they cannot do now, they queue.
 */
export interface WatchHandler {
  /**
   * One change. The initial list arrives as ADDED events; after a gap only what changed is told, deletions
   * included, each exactly once. An object that was deleted and created again within a gap arrives as
   * MODIFIED with another uid.
   */
  onEvent(event: WatchEvent): void
  /**
   * A complete list, at this revision, has been told; absence now means absence. `isPresent` says whether an object
   * is there: for what the caller knew from before the watch. It keeps answering for the state of now.
   */
  onSynced(resourceVersion: string, isPresent: (namespace: string, name: string) => boolean): void
  onState(state: WatchState): void
  /**
   * A sign of life: a bookmark or an event came. Once synced, everything up to this revision has been told; while a
   * list is being read it only shows that something arrives.
   */
  onProgress(resourceVersion: string): void
  /**
   * True when the caller already holds this very state of the object; then it is neither parsed nor told.
   * Asked before the event is parsed, so it must be quick.
   */
  isKnown?(namespace: string, name: string, resourceVersion: string): boolean
}

/** A running watch. */
export interface Watch {
  readonly state: WatchState
  /**
   * Asks the server whether what was told is of the state that it holds now. False while the watch is not live, and
   * when revisions went back (incident 19): then everything is listed again at once, and the epoch rises. Throws
   * when the server cannot be asked.
   */
  isCurrent(): Promise<boolean>
  /** Ends it; resolves once nothing of it is left. Stopping twice does nothing. */
  stop(): Promise<void>
}
