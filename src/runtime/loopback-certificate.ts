import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key and a certificate that vouches for itself, as PEM. */
export interface Certificate {
  readonly key: string
  readonly certificate: string
}

const oid = {
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
}
const yearMs = 365 * 24 * 3_600_000

/**
 * Makes a certificate for this machine's loopback addresses (RFC 5280, in DER), which is its own authority: clients take
 * it into their kubeconfig. The key lives as long as the process.
 */
export function loopbackCertificate(nowMs: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(objectId(oid.commonName), tag(0x0c, Buffer.from('evenkeel loopback')))))
  const algorithm = sequence(objectId(oid.ecdsaWithSha256))
  const names = sequence(
    tag(0x82, Buffer.from('localhost')),
    tag(0x87, Buffer.from([127, 0, 0, 1])),
    tag(0x87, Buffer.from([...Array<number>(15).fill(0), 1])),
  )
  const extensions = sequence(
    sequence(objectId(oid.basicConstraints), boolean(true), tag(0x04, sequence(boolean(true)))),
    sequence(objectId(oid.subjectAltName), tag(0x04, names)),
  )
  const serial = randomBytes(16)
  // Positive, as serial numbers must be.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const content = sequence(
    tag(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(time(nowMs - yearMs), time(nowMs + 10 * yearMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, extensions),
  )
  const signature = sign('sha256', content, privateKey)
  const der = sequence(content, algorithm, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem(der),
  }
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** A value in DER: its tag, the length of its content, its content. */
function tag(type: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([type, length]), content])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return Buffer.concat([Buffer.from([type, 0x80 | bytes.length, ...bytes]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts))
}

function set(...parts: readonly Buffer[]): Buffer {
  return tag(0x31, Buffer.concat(parts))
}

function objectId(bytes: readonly number[]): Buffer {
  return tag(0x06, Buffer.from(bytes))
}

function integer(bytes: Buffer): Buffer {
  return tag(0x02, bytes)
}

function boolean(value: boolean): Buffer {
  return tag(0x01, Buffer.from([value ? 0xff : 0]))
}

/** GeneralizedTime. */
function time(ms: number): Buffer {
  const text = new Date(ms)
    .toISOString()
    .replace(/[-:T]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return tag(0x18, Buffer.from(text))
}
