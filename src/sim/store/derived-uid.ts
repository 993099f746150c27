import { createHash } from 'node:crypto'

/** A uid that is always the same for the same parts, and looks like any other (a UUID of version 4). */
export function derivedUid(...parts: readonly string[]): string {
  const hex = createHash('sha1').update(parts.join('\n')).digest('hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
