import type { Receipt } from '../../core/drift/index.ts'
import type { HealthStatus } from '../../core/health/index.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import type { KubeObject, ObjectRef } from '../../core/object/index.ts'
import type { Place } from './place.ts'

/**
 * One object that a bundle holds on this cluster, in memory. Kept small: the desired object stays in the
 * content source, and of the live one only what the next event is compared with.
 */
export interface Member {
  /** Holds `key` and `ref` in common with other clusters. */
  readonly place: Place
  readonly key: string
  readonly ref: ObjectRef
  apiVersion: string
  bundle: string
  /** Where the desired object stands: a rendering and the position in it. */
  variant: string
  index: number
  /** The desired object's hash in that rendering. */
  hash: string
  receipt: Receipt | undefined
  /**
   * True where the receipt comes from a dry-run of something that was never applied (mode observe): then
   * ownership says nothing, only values count.
   */
  observedOnly: boolean
  /** The last live resourceVersion that was looked at. */
  seen: string | undefined
  health: HealthStatus
  healthMessage: string | undefined
  /** Why nothing was heard of it for too long: then its health is unknown, whatever it was. */
  unheard: string | undefined
  /** Why what was last seen of it could not be recorded: until it is, nothing of it is known. */
  unrecorded: string | undefined
  trouble: { readonly code: string; readonly message: string } | undefined
  /** True when no rendering declares it any more: it is to be pruned, and what differs in it is no drift. */
  orphaned: boolean
  /** Open differences, by record id; undefined while there are none. */
  drift: Map<string, DriftRecord> | undefined
  /** Set while a write of ours is under way: events that come meanwhile wait for its reply. */
  busy: boolean
  /** The newest thing that came while busy or within the same second. */
  waiting: LiveState | undefined
  /** The receipt from which nothing differed at the last look, and the digest of what stood there. */
  agreed: { readonly receipt: Receipt; readonly digest: bigint } | undefined
  /** A hash of what was told last of what it is found by; undefined before that. */
  projected: bigint | undefined
  /** How far looks at its events have used up the time, by the clock. */
  takenUntil: number
  /** When its state was last known, by a look or by a reply to a write of ours; by the clock. */
  knownAt: number
}

/** What is known of the live object: its state, or that it left the watch. */
export type LiveState = { readonly kind: 'object'; readonly object: KubeObject } | { readonly kind: 'left' }
