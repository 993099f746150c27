import { PathReader } from '../fields/index.ts'
import { isMap, type Json, type KubeObject } from '../object/index.ts'
import { hashAt } from './hash-list.ts'
import { A_MAP, PRESENT } from './own-hashes.ts'
import { applyEntryOf } from './owners.ts'
import type { Hash64, Receipt } from './receipt.ts'

/**
 * A digest of everything that decides whether a live object differs from its receipt: what stands at each own path, and
 * our entry of managedFields. A state with the digest of one in which `compareLive` found nothing has no finding
 * either, at the cost of one hash in place of one a field. Bound to this receipt: another one has other paths.
 */
export function ownDigest(
  live: KubeObject,
  receipt: Receipt,
  { manager, hash }: { readonly manager: string; readonly hash: Hash64 },
): bigint {
  const reader = new PathReader(live)
  const { paths, hashes } = receipt.own
  const stands = paths.paths.map((path, index) => whatCounts(reader.read(path), hashAt(hashes, index)))
  return hash(JSON.stringify([applyEntryOf(live, manager)?.fieldsV1 ?? null, stands]))
}

/** Of values that stand at a path, what `holds` looks at. */
function whatCounts(values: readonly Json[], own: bigint | undefined): Json {
  if (own === PRESENT) return values.length > 0
  if (own === A_MAP) return values.map(isMap)
  return [...values]
}
