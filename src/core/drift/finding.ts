import type { FieldPath } from '../fields/index.ts'
import type { Json, ManagedFieldsEntry } from '../object/index.ts'

/**
 * - taken: the value differs and our entry lost the field
 * - removed: the field is gone
 * - silent: the value differs although our entry still holds the field (admission, scale of a custom resource)
 * - lost: the value is ours, its ownership is not
 * - addition: somebody else's field inside our containers
 * - missing: the whole object is gone
 * - unmanaged: an object that nobody declared: of a desired name, in a declared namespace, or a namespace itself
 */
export type DriftClass = 'taken' | 'removed' | 'silent' | 'lost' | 'addition' | 'missing' | 'unmanaged'

/** One difference between receipt and live. */
export interface Finding {
  readonly path: FieldPath
  readonly class: DriftClass
  /** Undefined where the field is absent. */
  readonly live: Json | undefined
  /** From the desired object, where it was given and has the field. */
  readonly desired: Json | undefined
  /** The newest entry other than ours that holds the path or an atomic ancestor. */
  readonly holder: ManagedFieldsEntry | undefined
  /**
   * How the holder holds it: the path itself, an atomic ancestor, or, after a list became keyed (engine F16f),
   * something below the path.
   */
  readonly holderPath: 'exact' | 'ancestor' | 'descendant' | undefined
  /** True when our entry and another's hold the path together. */
  readonly coOwned: boolean
}
