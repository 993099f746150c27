import type { InventoryEntry } from '../../core/inventory/index.ts'
import { keyOf, refOfKey } from '../../core/object/index.ts'

/** Objects a shard: a ConfigMap may hold 1 MiB, and a line takes up to 600 bytes. */
const linesPerShard = 1_500

/** One line an entry, sorted: the object's key, its apiVersion, its uid where it is known. */
export function encodeInventory(entries: readonly InventoryEntry[]): string {
  return entries
    .map(({ ref, apiVersion, uid }) => `${keyOf(ref)}\t${apiVersion}\t${uid ?? ''}\n`)
    .sort()
    .join('')
}

/** The inverse of `encodeInventory`; lines that are not entries are passed over, they delete nothing. */
export function decodeInventory(text: string): InventoryEntry[] {
  return text.split('\n').flatMap((line) => {
    const [key, apiVersion, uid] = line.split('\t')
    if (key === undefined || apiVersion === undefined || uid === undefined) return []
    return [{ ref: refOfKey(key), apiVersion, uid: uid === '' ? undefined : uid }]
  })
}

/** The text cut into pieces that a ConfigMap can hold; at least one. */
export function inventoryShards(text: string): string[] {
  const lines = text.split('\n').slice(0, -1)
  const shards: string[] = []
  for (let start = 0; start === 0 || start < lines.length; start += linesPerShard) {
    shards.push(
      lines
        .slice(start, start + linesPerShard)
        .map((line) => `${line}\n`)
        .join(''),
    )
  }
  return shards
}
