import { createHash, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../service.ts'

/** Answers who a token stands for; undefined for one that is not known, or not any more. */
export type Authenticate = (token: string) => Promise<Caller | undefined>

/** A token as it is kept: by its hash only. */
export interface TokenRecord {
  /** SHA-256 of the token, hexadecimal. */
  readonly sha256: string
  readonly caller: Caller
}

/**
 * Looks tokens up among the records that `current` answers, in a time that does not depend on how much of a
 * token is right.
 */
export function tokenCheck(current: () => Promise<readonly TokenRecord[]>): Authenticate {
  return async (token) => {
    const given = createHash('sha256').update(token).digest()
    let found: Caller | undefined
    for (const record of await current()) {
      const kept = Buffer.from(record.sha256, 'hex')
      if (kept.length === given.length && timingSafeEqual(kept, given)) found = record.caller
    }
    return found
  }
}
