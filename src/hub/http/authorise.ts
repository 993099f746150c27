import { type ApiCode, apiFailure, type Privilege } from '../../api/index.ts'
import type { Failure } from '../../core/failure.ts'
import type { Caller } from '../service.ts'
import type { SignedBy } from '../webhooks/index.ts'

/**
 * Answers who a token stands for; undefined for one that is not known, or not any more. It compares hashes, so that its
 * time tells nothing about how much of a token is right.
 */
export type Authenticate = (token: string) => Promise<Caller | undefined>

/** Answers who signed a request, going by its headers; undefined when nobody did who may. */
export type AuthenticateSigned = (
  provider: string,
  header: (name: string) => string | undefined,
) => Promise<SignedBy | undefined>

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

/**
 * The same for a route whose access is `signature`: the headers are judged before a byte of the body is read, and the body
 * before anything in it is believed. Throws `unauthenticated`.
 */
export async function authoriseSigned(
  signatures: AuthenticateSigned,
  provider: string,
  header: (name: string) => string | undefined,
  readBody: () => Promise<Uint8Array>,
): Promise<{ readonly caller: Caller; readonly body: Uint8Array }> {
  const signed = await signatures(provider, header)
  if (signed === undefined) throw unauthenticated()
  const body = await readBody()
  const caller = signed.check(body)
  if (caller === undefined || caller.name === '') throw unauthenticated()
  return { caller, body }
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
