import { randomBytes } from 'node:crypto'

/** 256 random bits with a prefix by which a leaked secret is recognised for what it is. */
export function newSecret(prefix: 'evk' | 'evs' | 'evc'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`
}

/** A short name that people can type. Says nothing about the secret beside it. */
export function newId(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}
