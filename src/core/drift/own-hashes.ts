import type { FieldPath } from '../fields/index.ts'

/**
 * A list of paths in ascending order, of which only one instance exists for equal lists: equal objects of
 * a thousand clusters share it.
 */
export interface PathList {
  readonly keys: readonly string[]
  readonly paths: readonly FieldPath[]
}

/** What each own path held in the reply, by index of `paths`: a hash or one of the marks below. */
export interface OwnHashes {
  readonly paths: PathList
  readonly hashes: BigUint64Array
}
