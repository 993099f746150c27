import { chartFailure } from '../failures.ts'

/** OpenPGP keys as one key ring in the binary form that gpgv takes. Throws `bad-key`. */
export function keyRing(keys: readonly (string | Uint8Array)[], subject: string): Buffer {
  const parts = keys.map((key) => {
    const text = typeof key === 'string' ? key : Buffer.from(key).toString('latin1')
    if (text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return fromArmor(text, subject)
    if (typeof key === 'string') throw badKey(subject, 'it holds no public key block')
    return Buffer.from(key)
  })
  const ring = Buffer.concat(parts)
  // Every OpenPGP packet begins with the highest bit set.
  if (ring.length === 0 || ((ring[0] ?? 0) & 0x80) === 0) throw badKey(subject, 'there is none')
  return ring
}

/** The bytes of all public key blocks of a text (RFC 9580 §6); the checksum is optional and proves nothing. */
function fromArmor(text: string, subject: string): Buffer {
  const blocks = text.matchAll(
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g,
  )
  const parts = [...blocks].map(([, block = '']) => {
    const lines = block.split(/\r?\n/).map((line) => line.trim())
    const body = lines.filter(
      (line) => line !== '' && !line.includes(': ') && !/^=[A-Za-z0-9+/]{4}$/.test(line),
    )
    const base64 = body.join('')
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw badKey(subject, 'its block is malformed')
    return Buffer.from(base64, 'base64')
  })
  if (parts.length === 0) throw badKey(subject, 'its block does not end')
  return Buffer.concat(parts)
}

function badKey(subject: string, why: string): Error {
  return chartFailure(subject, 'bad-key', `cannot use the key to verify with: ${why}`, {
    hint: 'give the public key as gpg --armor --export writes it',
  })
}
