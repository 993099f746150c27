import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Redacted } from '../../runtime/index.ts'
import type { KeyedHash } from '../../spoke/index.ts'
import { type ContentCipher, contentCipher } from './content-cipher.ts'

/** Everything that is derived from the secret key. */
export interface HubKeys {
  readonly content: ContentCipher
  /** For receipts, evidence and ids: equal values are seen to be equal, and nothing else is. */
  readonly hash: KeyedHash
  /** What the store keeps of a token: enough to recognise it, not to use it. */
  tokenHash(token: string): string
  /** The next link of the event log's chain: without the key no link can be made. */
  chain(previous: string, text: string): string
  /** 32 bytes that the random values of a bundle's templates are made from, for one scope of it. */
  renderSeed(bundle: string, scope: string): Uint8Array
  /** A text that is the same for the same key and says nothing about it; the store keeps it. */
  readonly check: string
}

/** HKDF-SHA256 (RFC 5869) of the secret key, one key a purpose. */
export function deriveKeys(secret: Redacted<Uint8Array>): HubKeys {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), 'evenkeel', `evenkeel/v1/${purpose}`, 32))
  const hashKey = createSecretKey(derive('hash'))
  const tokenKey = createSecretKey(derive('token'))
  const chainKey = createSecretKey(derive('chain'))
  const renderKey = createSecretKey(derive('render'))
  // A KeyObject makes this five times as fast as a buffer; receipts hash every field of every object.
  const mac = (key: KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    content: contentCipher(derive('content')),
    hash: {
      hash64: (text) => mac(hashKey, text).readBigUInt64BE(0),
      hash128: (text) => mac(hashKey, text).toString('hex', 0, 16),
    },
    tokenHash: (token) => mac(tokenKey, token).toString('hex'),
    chain: (previous, text) => mac(chainKey, `${previous}\n${text}`).toString('hex'),
    renderSeed: (bundle, scope) => mac(renderKey, JSON.stringify([bundle, scope])),
    check: derive('check').toString('hex'),
  }
}
