import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { HubFailure } from '../failure.ts'

/** Encrypts what is stored. `name` is bound to the text: an envelope opens under its own name only. */
export interface ContentCipher {
  seal(plain: Uint8Array, name: string): Buffer
  /** Throws `unreadable-content` when the envelope was changed, cut, renamed or sealed with another key. */
  open(envelope: Uint8Array, name: string): Buffer
}

/** The envelope's first byte: AES-256-GCM, a nonce of 12 bytes in front, a tag of 16 behind. */
const version = 1
const nonceLength = 12
const tagLength = 16

/** AES-256-GCM with a random nonce; good for 2^32 envelopes under one key (NIST SP 800-38D, 8.3). */
export function contentCipher(key: Uint8Array): ContentCipher {
  return {
    seal(plain, name) {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
      cipher.setAAD(boundTo(name))
      const sealed = [cipher.update(plain), cipher.final()]
      return Buffer.concat([Buffer.of(version), nonce, ...sealed, cipher.getAuthTag()])
    },
    open(envelope, name) {
      if (envelope[0] !== version || envelope.length < 1 + nonceLength + tagLength) throw unreadable(name)
      const nonce = envelope.subarray(1, 1 + nonceLength)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
      decipher.setAAD(boundTo(name))
      decipher.setAuthTag(envelope.subarray(envelope.length - tagLength))
      try {
        const plain = decipher.update(envelope.subarray(1 + nonceLength, envelope.length - tagLength))
        return Buffer.concat([plain, decipher.final()])
      } catch (error) {
        throw unreadable(name, error)
      }
    },
  }
}

function boundTo(name: string): Buffer {
  return Buffer.concat([Buffer.of(version), Buffer.from(name, 'utf8')])
}

function unreadable(name: string, cause?: unknown): HubFailure {
  return new HubFailure('unreadable-content', `stored content ${name}: cannot be decrypted`, {
    cause,
    hint: 'it is made anew from Git; if it happens again, restore the database from a backup',
  })
}
