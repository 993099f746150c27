import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate with its key, made for a test. */
export interface TestCertificate {
  readonly certPem: string
  readonly keyPem: string
  readonly name: string
}

export interface CertificateOptions {
  /** Common name. */
  readonly name: string
  /** DNS names and IPv4 addresses that it stands for. */
  readonly hosts?: readonly string[]
  /** Signs it; itself when left out. */
  readonly issuer?: TestCertificate
  readonly notAfter?: Date
}

/** Makes an X.509 certificate (P-256); one without an issuer is an authority. */
export function makeCertificate(options: CertificateOptions): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { issuer, name } = options
  const signer = issuer === undefined ? privateKey : createPrivateKey(issuer.keyPem)
  const body = sequence(
    context(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer?.name ?? name),
    sequence(
      time(new Date('2020-01-01T00:00:00Z')),
      time(options.notAfter ?? new Date('2099-01-01T00:00:00Z')),
    ),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions(options))),
  )
  const certificate = sequence(body, ecdsaWithSha256, bits(signature(body, signer)))
  return {
    name,
    certPem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function extensions(options: CertificateOptions): Buffer[] {
  const found: Buffer[] = []
  if (options.issuer === undefined) {
    const isAuthority = sequence(tag(0x01, Buffer.from([0xff])))
    found.push(sequence(objectId('551d13'), tag(0x01, Buffer.from([0xff])), octets(isAuthority)))
  }
  if (options.hosts !== undefined) {
    const names = options.hosts.map((host) =>
      /^[\d.]+$/.test(host)
        ? tag(0x87, Buffer.from(host.split('.').map(Number)))
        : tag(0x82, Buffer.from(host)),
    )
    found.push(sequence(objectId('551d11'), octets(sequence(...names))))
  }
  return found
}

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))

function signature(body: Buffer, key: KeyObject): Buffer {
  return sign('sha256', body, key)
}

function nameOf(name: string): Buffer {
  return sequence(tag(0x31, sequence(objectId('550403'), tag(0x0c, Buffer.from(name)))))
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050
    ? tag(0x17, Buffer.from(digits.slice(2)))
    : tag(0x18, Buffer.from(digits))
}

function sequence(...parts: Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts))
}

function integer(bytes: Buffer): Buffer {
  return tag(0x02, bytes)
}

function octets(bytes: Buffer): Buffer {
  return tag(0x04, bytes)
}

function bits(bytes: Buffer): Buffer {
  return tag(0x03, Buffer.concat([Buffer.from([0]), bytes]))
}

function objectId(hex: string): Buffer {
  return tag(0x06, Buffer.from(hex, 'hex'))
}

function context(number: number, bytes: Buffer): Buffer {
  return tag(0xa0 + number, bytes)
}

function tag(type: number, bytes: Buffer): Buffer {
  const { length } = bytes
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([type, ...head]), bytes])
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}
