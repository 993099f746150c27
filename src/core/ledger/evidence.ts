import { canonicalJson, isList, isMap, type Json, keyOf, type ObjectRef } from '../object/index.ts'
import type { EvidenceValue } from './drift-record.ts'

/** Longest scalar, in bytes of its JSON text, that the ledger keeps in clear. */
const longestText = 64

/**
 * A value as evidence. `keyedHash` answers a text that reveals nothing about its input without the hub's key.
 * Values of Secrets are hashed whatever their length, because short secrets are secrets too.
 */
export function evidenceOf(
  value: Json | undefined,
  options: { readonly secret: boolean; readonly keyedHash: (text: string) => string },
): EvidenceValue {
  if (value === undefined) return {}
  const text = canonicalJson(value)
  const hash = options.keyedHash(text)
  if (options.secret) return { hash, secret: true }
  const plain = !isMap(value) && !isList(value) && utf8Length(text) <= longestText
  return plain ? { text, hash } : { hash }
}

/** The length of a text in UTF-8; core has no TextEncoder. */
function utf8Length(text: string): number {
  let count = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return count
}

/**
 * The id of a difference: it stays the same while the same writer keeps the same field at the same value, so
 * a restart finds the row again. `hash` answers a short hexadecimal text.
 */
export function driftId(
  parts: {
    readonly cluster: string
    readonly ref: ObjectRef
    readonly uid: string
    readonly path: string
    readonly class: string
    readonly live: string
    readonly occurrence: string
  },
  hash: (text: string) => string,
): string {
  const { cluster, ref, uid, path, live, occurrence } = parts
  return `d-${hash([cluster, keyOf(ref), uid, path, parts.class, live, occurrence].join('\n')).slice(0, 12)}`
}
