import { type ApiCode, apiFailure, type Privilege } from '../../api/index.ts'
import type { Failure } from '../../core/failure.ts'
import type { Caller } from '../service.ts'

/**
 * Answers who a token stands for; undefined for one that is not known, or not any more. It compares hashes, so that its
 * time tells nothing about how much of a token is right.
 */
export type Authenticate = (token: string) => Promise<Caller | undefined>

/** The longest bearer token that is looked at. */
const longestToken = 512

/**
 * The one authorisation function: who sends this `Authorization` header, and does that caller hold the privilege?
 * Throws `unauthenticated` or `not-allowed`, in the same words on every route.
 */
export async function authorise(
  authenticate: Authenticate,
  header: string | undefined,
  privilege: Privilege,
): Promise<Caller> {
  const token = tokenOf(header)
  const caller = token === undefined ? undefined : await authenticate(token)
  if (caller === undefined || caller.name === '') throw unauthenticated()
  if (!caller.privileges.has(privilege)) {
    throw apiFailure('not-allowed', `${caller.name}: not allowed: this needs the privilege ${privilege}`, {
      hint: 'ask somebody who holds it',
    })
  }
  return caller
}

/** The bearer token of an `Authorization` header. */
export function tokenOf(header: string | undefined): string | undefined {
  const match = header === undefined ? null : /^Bearer +([\x21-\x7e]+) *$/i.exec(header)
  const token = match?.[1]
  return token === undefined || token.length > longestToken ? undefined : token
}

function unauthenticated(): Failure<ApiCode> {
  return apiFailure('unauthenticated', 'request: not authenticated: no token, or one that is not known', {
    hint: 'send the token of this hub as Authorization: Bearer …',
  })
}
