import type { DriftClass } from '../drift/index.ts'
import type { Sure } from '../attribution/index.ts'
import type { WriterKind } from '../kinds/index.ts'
import type { ObjectRef } from '../object/index.ts'

/** A value as the ledger may keep it: short non-secret scalars in clear, everything else as a keyed hash. */
export interface EvidenceValue {
  /** The value as JSON text; undefined where it is absent, too long, structured or secret. */
  readonly text?: string
  /** Keyed hash of the canonical value; undefined exactly when the field is absent. */
  readonly hash?: string
  /** True for values of Secrets: they are never kept in clear. */
  readonly secret?: boolean
}

/** Who wrote a difference, as far as it is known. */
export interface Writer {
  /** The field manager; undefined where the write left no trace. */
  readonly manager?: string
  readonly operation?: 'Apply' | 'Update'
  readonly subresource?: string
  readonly kind: WriterKind
  /** Only ever from an audit or admission record. */
  readonly person?: string
}

/** open → healing → healed; any → gone when live became desired by itself. */
export type DriftState = 'open' | 'healing' | 'healed' | 'gone'

/** Why Evenkeel does not heal a difference although the mode says so. */
export interface Hold {
  /**
   * fight: the same writer keeps coming back; admission: the cluster itself sets the value; rejected: the
   * server refused the heal; other-owner: another tool owns the object.
   */
  readonly kind: 'fight' | 'admission' | 'rejected' | 'other-owner'
  readonly since: string
  readonly detail: string
}

/** One difference of one field of one object of one cluster. Times are RFC 3339. */
export interface DriftRecord {
  readonly id: string
  readonly cluster: string
  readonly bundle: string
  readonly ref: ObjectRef
  readonly uid: string
  /** `formatPath` of the field; the empty text for a difference of the whole object. */
  readonly path: string
  readonly desired: EvidenceValue
  readonly live: EvidenceValue
  readonly class: DriftClass
  readonly writer: Writer
  readonly sure: Sure
  /** When it was written, as far as known; `whenIsBound` when it was written at that time or earlier. */
  readonly when: string
  readonly whenIsBound: boolean
  readonly firstSeen: string
  readonly lastSeen: string
  /** Groups the same edit across clusters. */
  readonly cause: string
  readonly state: DriftState
  /** When it will be healed by itself; undefined where it will not. */
  readonly healAt?: string
  readonly healedAt?: string
  readonly hold?: Hold
}
