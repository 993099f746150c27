import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import { isMap } from '../../core/object/index.ts'
import { readYaml } from '../../render/yaml/index.ts'
import type { SopsKeys } from './age-keys.ts'
import { type Leaf, leavesOf } from './leaves.ts'
import { encryptionRule, readMetadata } from './metadata.ts'

/** The text of a file without encryption, with every value on the line where it was; or why there is none. */
export type SopsOutcome = { readonly text: string } | { readonly refused: string; readonly hint: string }

/** What SOPS begins the code with when it covers the encrypted values only (sops.go, `MACOnlyEncryptedInitialization`). */
const onlyEncrypted = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex')
const largest = 8 * 1024 * 1024

/** True for a text that SOPS has encrypted: its own section stands at the root of a document. */
export function isSopsFile(text: string): boolean {
  return text.includes('ENC[AES256_GCM,') && /^\s*["']?sops["']?\s*:/m.test(text)
}

/**
 * Decrypts a YAML or JSON file (sops.go, `Decrypt`; aes/cipher.go). The code over all of its values is checked before
 * anything is given out. Never throws for what a file holds, and never shows a value.
 */
export async function decryptSops(text: string, keys: SopsKeys | undefined): Promise<SopsOutcome> {
  if (keys === undefined) {
    return refuse(
      'it is encrypted with SOPS, and this hub has no keys',
      'name age keys as sops.age in hub.yaml',
    )
  }
  if (text.length > largest) return refuse(`it is encrypted with SOPS, and larger than ${largest} bytes`)
  const { documents } = readYaml(text, '')
  const first = documents[0]?.value
  const read = readMetadata(first !== undefined && isMap(first) ? first['sops'] : undefined)
  if ('refused' in read)
    return refuse(`it is encrypted with SOPS in a way that is not supported: ${read.refused}`)
  const { metadata } = read
  try {
    const dataKey = await keys.open((metadata.age ?? []).map(({ enc }) => enc))
    if (dataKey === undefined) {
      return refuse(
        'it is encrypted with SOPS for other keys than those of this hub',
        "add the hub's key with sops updatekeys",
      )
    }
    const { leaves, metadataAt } = leavesOf(text)
    const isEncrypted = encryptionRule(metadata)
    const code = createHash('sha512')
    if (metadata.mac_only_encrypted === true) code.update(onlyEncrypted)
    const opened: { readonly leaf: Leaf; readonly written: string }[] = []
    for (const leaf of leaves.filter((one) => !isNothing(one))) {
      if (!isEncrypted(leaf.path)) {
        if (metadata.mac_only_encrypted !== true) code.update(bytesOf(leaf))
        continue
      }
      const plain = openValue(leaf.text, dataKey, `${leaf.path.join(':')}:`)
      code.update(plain.bytes)
      opened.push({ leaf, written: plain.written })
    }
    const wanted = openValue(metadata.mac, dataKey, metadata.lastmodified).bytes
    const found = Buffer.from(code.digest('hex').toUpperCase())
    if (wanted.length !== found.length || !timingSafeEqual(wanted, found)) {
      return refuse(
        'it is encrypted with SOPS, and was changed without it: its code does not match',
        'encrypt it again with sops',
      )
    }
    return { text: withoutMetadata(replaced(text, opened), opened, metadataAt) }
  } catch (error) {
    // Messages of ciphers and parsers name no value; what could is not repeated.
    const known = error instanceof Unreadable ? `: ${error.message}` : ''
    return refuse(
      `it is encrypted with SOPS, and cannot be decrypted${known}`,
      'try sops decrypt with the same key',
    )
  }
}

class Unreadable extends Error {}

function refuse(
  refused: string,
  hint = 'encrypt it for an age key of this hub, as YAML or JSON',
): SopsOutcome {
  return { refused, hint }
}

const encrypted = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]$/

/** One value: its bytes as the code counts them, and how it is written in place of the encrypted one. */
function openValue(text: string, key: Uint8Array, about: string): { bytes: Buffer; written: string } {
  // SOPS leaves empty texts as they are.
  if (text === '') return { bytes: Buffer.alloc(0), written: '""' }
  const [, data = '', iv = '', tag = '', type = ''] = encrypted.exec(text) ?? []
  if (type === '') throw new Unreadable('a value that should be encrypted is not')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(about, 'utf8'))
  decipher.setAuthTag(Buffer.from(tag, 'base64'))
  const bytes = Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()])
  const plain = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  if (type === 'str' || type === 'bytes' || type === 'time') return { bytes, written: JSON.stringify(plain) }
  if (type === 'int' || type === 'float') return { bytes, written: plain }
  if (type === 'bool') return { bytes, written: plain === 'True' || plain === 'true' ? 'true' : 'false' }
  throw new Unreadable(`a value is of the kind ${type.slice(0, 20)}`)
}

/** SOPS neither encrypts nor counts what is nothing. */
function isNothing({ text, quoted }: Leaf): boolean {
  return !quoted && /^(~|null|Null|NULL|)$/.test(text)
}

/** A value that is not encrypted, as SOPS counts it (sops.go, `ToBytes`): by what Go's YAML takes it for. */
function bytesOf({ text, quoted }: Leaf): string {
  if (quoted) return text
  if (/^(true|True|TRUE)$/.test(text)) return 'True'
  if (/^(false|False|FALSE)$/.test(text)) return 'False'
  const digits = text.replaceAll('_', '')
  if (/^[-+]?[0-9]/.test(text)) {
    const whole = wholeNumber(digits)
    if (whole !== undefined) return whole.toString()
    if (/^[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$/.test(digits)) return decimal(Number(digits))
    if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return `${text}T00:00:00Z`
  }
  return text
}

function wholeNumber(digits: string): bigint | undefined {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/.exec(digits) ?? []
  const octal = /^0[0-7]+$/.test(rest) ? `0o${rest.slice(1)}` : rest
  if (!/^(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+)$/.test(octal)) return undefined
  return sign === '-' ? -BigInt(octal) : BigInt(octal)
}

/** Without an exponent, as short as it can be. */
function decimal(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
}

function replaced(
  text: string,
  opened: readonly { readonly leaf: Leaf; readonly written: string }[],
): string {
  let result = ''
  let at = 0
  for (const { leaf, written } of opened) {
    result += text.slice(at, leaf.start) + written
    at = leaf.end
  }
  return result + text.slice(at)
}

/** The text without the sections of SOPS; their lines stay, empty. In JSON, places are lost. */
function withoutMetadata(
  text: string,
  opened: readonly { readonly leaf: Leaf; readonly written: string }[],
  metadataAt: readonly number[],
): string {
  if (/^\s*\{/.test(text)) {
    const { sops: _sops, ...content } = JSON.parse(text) as Record<string, unknown>
    return JSON.stringify(content, undefined, 2)
  }
  const lines = text.split('\n')
  for (const offset of metadataAt) {
    const moved = opened
      .filter(({ leaf }) => leaf.start < offset)
      .reduce((sum, { leaf, written }) => sum + written.length - (leaf.end - leaf.start), 0)
    let line = text.slice(0, offset + moved).split('\n').length - 1
    do {
      lines[line] = ''
      line += 1
    } while (line < lines.length && /^(\s|- |$)/.test(lines[line] ?? ''))
  }
  return lines.join('\n')
}
