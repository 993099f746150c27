const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 base64 with padding; the environments of core share no encoder. */
export function toBase64(bytes: Uint8Array): string {
  const groups: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const present = Math.min(3, bytes.length - at)
    let text = ''
    for (let digit = 0; digit < 4; digit += 1) {
      text += digit <= present ? STANDARD.charAt((group >> (18 - 6 * digit)) & 63) : '='
    }
    groups.push(text)
  }
  return groups.join('')
}

/** RFC 4648 base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The inverse of `toBase64`; undefined for a text that it does not write. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const digits = text.replaceAll('=', '')
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let group = 0
  let at = 0
  for (const digit of digits) {
    group = ((group << 6) | STANDARD.indexOf(digit)) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at] = (group >> bits) & 0xff
    at += 1
  }
  return bytes
}
