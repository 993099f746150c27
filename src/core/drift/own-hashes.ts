import { type FieldPath, FieldSet, pathKey, pathOfKey } from '../fields/index.ts'
import { canonicalJson, isMap, type Json } from '../object/index.ts'
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

const interned = new Map<string, WeakRef<PathList>[]>()
const forgotten = new FinalizationRegistry<string>((bucket) => {
  const alive = (interned.get(bucket) ?? []).filter((list) => list.deref() !== undefined)
  if (alive.length === 0) interned.delete(bucket)
  else interned.set(bucket, alive)
})

/**
 * The one `PathList` with these keys, in this order. Lists that nobody holds any more are forgotten. Throws
 * a `Failure` ('malformed-fields') for keys that `pathKey` does not write.
 */
export function internPaths(keys: readonly string[]): PathList {
  const bucket = bucketOf(keys)
  const lists = interned.get(bucket) ?? []
  for (const reference of lists) {
    const list = reference.deref()
    if (list !== undefined && equalTexts(list.keys, keys)) return list
  }
  // The elements of the set's own paths are shared, which makes reading them in turn cheap.
  const set = FieldSet.of(keys.map(pathOfKey))
  const shared = new Map([...set.members()].map((path) => [pathKey(path), path]))
  const paths = keys.map((key) => shared.get(key) ?? pathOfKey(key))
  const list: PathList = { keys: [...keys], paths, set }
  interned.set(bucket, [...lists, new WeakRef(list)])
  forgotten.register(list, bucket)
  return list
}

/** A cheap digest (FNV-1a, 32 bit); equality is checked in the bucket. */
function bucketOf(keys: readonly string[]): string {
  let digest = 0x811c9dc5
  for (const key of keys) {
    for (let at = 0; at < key.length; at += 1) digest = Math.imul(digest ^ key.charCodeAt(at), 0x01000193)
    digest = Math.imul(digest ^ 0xffff, 0x01000193)
  }
  return `${keys.length}:${digest}`
}

function equalTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index])
}
