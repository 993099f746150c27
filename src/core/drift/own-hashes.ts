import { type FieldPath, FieldSet, pathKey, pathOfKey } from '../fields/index.ts'
import { canonicalJson, isMap, type Json } from '../object/index.ts'
import { SharedValues } from '../shared-values.ts'
import type { HashList } from './hash-list.ts'
import type { Hash64 } from './receipt.ts'

/**
 * A list of paths in the order of FieldsV1, of which only one instance exists for equal lists: equal objects of
 * a thousand clusters share it.
 */
export interface PathList {
  /** `pathKey` of each path. */
  readonly keys: readonly string[]
  readonly paths: readonly FieldPath[]
  readonly set: FieldSet
}

/** What each own path held in the reply, by index of `paths`: a hash or one of the marks below. */
export interface OwnHashes {
  readonly paths: PathList
  readonly hashes: HashList
}

/** Something is there: what is in it has paths of its own. */
export const PRESENT = 0n
/** A map is there, whatever is in it: `{}` was applied where others may add. */
export const A_MAP = 1n
/** Nothing is there: null was applied, or a field that the server converts to another one. */
export const ABSENT = 2n
const MARKS = 3n

/** The hash of a value, never equal to a mark. */
export function valueHash(value: Json, hash: Hash64): bigint {
  const found = BigInt.asUintN(64, hash(canonicalJson(value)))
  return found < MARKS ? found + MARKS : found
}

/** True when what stands at a path is what `own` recorded there. `values` is empty where nothing stands. */
export function holds(values: readonly Json[], own: bigint, hash: Hash64): boolean {
  if (own === ABSENT) return values.length === 0
  if (values.length === 0) return false
  if (own === PRESENT) return true
  if (own === A_MAP) return values.every(isMap)
  return values.every((value) => valueHash(value, hash) === own)
}

const lists = new SharedValues<Interned>()

interface Interned extends PathList {
  readonly owned: SharedValues<OwnHashes>
}

/**
 * What was owned and what stood there: `keys` in the order of FieldsV1, and a hash or mark for each. Equal ones are one
 * value, as long as somebody holds it. Throws a `Failure` ('malformed-fields') for keys that `pathKey` does not write.
 */
export function ownHashes(keys: readonly string[], hashes: HashList): OwnHashes {
  const paths = internPaths(keys)
  return paths.owned.share(hashes, { paths, hashes })
}

function internPaths(keys: readonly string[]): Interned {
  const text = [keys.length, ...keys].join('\0')
  const known = lists.get(text)
  if (known !== undefined) return known
  // The elements of the set's own paths are shared, which makes reading them in turn cheap.
  const set = FieldSet.of(keys.map(pathOfKey))
  const shared = new Map([...set.members()].map((path) => [pathKey(path), path]))
  const paths = keys.map((key) => shared.get(key) ?? pathOfKey(key))
  return lists.share(text, { keys: [...keys], paths, set, owned: new SharedValues() })
}
