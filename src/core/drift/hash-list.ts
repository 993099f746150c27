/**
 * 64-bit hashes in one text, of each its eight bytes as characters, least significant first. A fleet holds one list for
 * every object of every cluster, and a typed array costs some 300 bytes besides what is in it.
 */
export type HashList = string & { readonly of: 'hashes' }

const width = 8

export function packHashes(hashes: readonly bigint[]): HashList {
  const bytes = new DataView(new ArrayBuffer(width))
  const texts = hashes.map((hash) => {
    bytes.setBigUint64(0, hash, true)
    return String.fromCharCode(...new Uint8Array(bytes.buffer))
  })
  return texts.join('') as HashList
}

/** The hash with this index; undefined past the end. */
export function hashAt(list: HashList, index: number): bigint | undefined {
  const at = index * width
  if (index < 0 || at + width > list.length) return undefined
  return (BigInt(half(list, at + 4)) << 32n) | BigInt(half(list, at))
}

export function countOfHashes(list: HashList): number {
  return list.length / width
}

export function hashesIn(list: HashList): bigint[] {
  return Array.from({ length: countOfHashes(list) }, (_, index) => hashAt(list, index) ?? 0n)
}

/** Four bytes as an unsigned number. Runs for each own path of every event, so nothing is made for it. */
function half(text: string, at: number): number {
  const low = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8)
  const high = (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24)
  return (low | high) >>> 0
}

/** The bytes of a list, as the journal keeps them. */
export function bytesOfHashes(list: HashList): Uint8Array {
  return Uint8Array.from(list, (character) => character.charCodeAt(0))
}

/** The inverse of `bytesOfHashes`; undefined where the bytes are no whole hashes. */
export function hashesOfBytes(bytes: Uint8Array): HashList | undefined {
  if (bytes.length % width !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return packHashes(
    Array.from({ length: bytes.length / width }, (_, index) => view.getBigUint64(index * width, true)),
  )
}
