/** One entry of a tar archive that holds bytes. */
export interface TarFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Why an archive is not taken: what it holds must not be unpacked, is too much, or is damaged. */
export class TarRefusal extends Error {
  readonly kind: 'unsafe' | 'too-large' | 'damaged'

  constructor(kind: TarRefusal['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

const block = 512
const folders = '5'
const files = new Set(['0', '\0', ''])
const kinds: Readonly<Record<string, string>> = {
  1: 'a hard link',
  2: 'a symbolic link',
  3: 'a device',
  4: 'a device',
  6: 'a pipe',
  K: 'a link with a long name',
}

/**
 * The plain files of a tar archive (ustar, with pax and GNU long names), in order. Refuses the whole archive when it
 * holds anything but files and folders, or a name that is absolute or climbs (safety row 6). Throws `TarRefusal`.
 */
export function readTar(bytes: Buffer, limits: { readonly files: number }): TarFile[] {
  const found: TarFile[] = []
  const paths = new Set<string>()
  let at = 0
  let longName: string | undefined
  while (at + block <= bytes.length) {
    const header = bytes.subarray(at, at + block)
    at += block
    if (header.every((byte) => byte === 0)) return found
    checkSum(header)
    const size = octal(header, 124, 12)
    if (at + size > bytes.length) throw new TarRefusal('damaged', 'an entry goes past the end of the archive')
    const body = bytes.subarray(at, at + size)
    at += Math.ceil(size / block) * block
    const kind = header.toString('latin1', 156, 157)
    if (kind === 'g') continue
    if (kind === 'x') {
      longName = paxPath(body) ?? longName
      continue
    }
    if (kind === 'L') {
      longName = text(body, 0, body.length)
      continue
    }
    const name = longName ?? nameOf(header)
    longName = undefined
    const path = safePath(name)
    if (kind === folders) continue
    if (!files.has(kind)) {
      throw new TarRefusal(
        'unsafe',
        `it holds ${kinds[kind] ?? 'an entry of an unknown kind'}: ${shown(name)}`,
      )
    }
    if (paths.has(path)) throw new TarRefusal('unsafe', `it holds ${shown(path)} twice`)
    paths.add(path)
    if (paths.size > limits.files)
      throw new TarRefusal('too-large', `it holds more than ${limits.files} files`)
    found.push({ path, bytes: body })
  }
  return found
}

/** A name as a path without parts that mean another place. */
function safePath(name: string): string {
  const unsafe =
    name.length > 4096 ||
    name.startsWith('/') ||
    /[\\\p{Cc}\p{Surrogate}]/u.test(name) ||
    /^[A-Za-z]:/.test(name) ||
    name.includes('\ufffd')
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (unsafe || parts.length === 0 || parts.includes('..')) {
    throw new TarRefusal('unsafe', `it holds a name that leads elsewhere: ${shown(name)}`)
  }
  return parts.join('/')
}

function nameOf(header: Buffer): string {
  const name = text(header, 0, 100)
  const isUstar = header.toString('latin1', 257, 262) === 'ustar'
  const prefix = isUstar ? text(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** The path among pax records (`length key=value\n`). A size there would be of a file beyond every limit. */
function paxPath(body: Buffer): string | undefined {
  let at = 0
  let path: string | undefined
  while (at < body.length) {
    const space = body.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space))
    if (!Number.isInteger(length) || length <= space - at + 1 || at + length > body.length) {
      throw new TarRefusal('damaged', 'its extended header is malformed')
    }
    const record = body.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path=')) path = record.slice('path='.length)
    if (record.startsWith('size=') || record.startsWith('GNU.sparse')) {
      throw new TarRefusal('unsafe', 'it holds a file whose size stands elsewhere')
    }
    at += length
  }
  return path
}

function text(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

function octal(header: Buffer, from: number, length: number): number {
  const digits = text(header, from, length).trim()
  if (!/^[0-7]{1,12}$/.test(digits)) throw new TarRefusal('damaged', 'the size of an entry is no number')
  return Number.parseInt(digits, 8)
}

function checkSum(header: Buffer): void {
  const wanted = octal(header, 148, 8)
  let sum = 8 * 0x20
  for (let index = 0; index < block; index += 1) {
    if (index < 148 || index >= 156) sum += header[index] ?? 0
  }
  if (sum !== wanted) throw new TarRefusal('damaged', 'the checksum of an entry is wrong')
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
