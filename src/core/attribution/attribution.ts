import type { WriterKind } from '../kinds/index.ts'

/**
 * exact: an audit record of that very write; observed: the stored entry names the tool, or a person was joined
 * on time; inferred: deduced.
 */
export type Sure = 'exact' | 'observed' | 'inferred'

/** Who made a difference, as far as the evidence goes. */
export interface Attribution {
  /** Undefined where the write left no trace. */
  readonly manager?: string
  readonly operation?: 'Apply' | 'Update'
  readonly subresource?: string
  readonly kind: WriterKind
  /** Only ever from an audit record. */
  readonly person?: string
  readonly sure: Sure
  /** RFC 3339. */
  readonly when: string
  /** True when the write was made at `when` or earlier. */
  readonly whenIsBound: boolean
}
