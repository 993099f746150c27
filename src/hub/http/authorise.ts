import { type Access, type ApiCode, apiFailure, type Privilege } from '../../api/index.ts'
import { privilegesIn } from '../../core/access/index.ts'
import type { Failure } from '../../core/failure.ts'
import type { Caller } from '../service.ts'
import type { SignedBy } from '../webhooks/index.ts'
import { notFromOurPages } from './same-origin.ts'

/**
 * Answers who a secret stands for; undefined for one that is not known, or not any more. It compares hashes, so that its
 * time tells nothing about how much of a secret is right.
 */
export interface Authenticate {
  ofToken(secret: string): Promise<Caller | undefined>
  ofSession(secret: string): Promise<Caller | undefined>
}

/** Answers who signed a request, going by its headers; undefined when nobody did who may. */
export type AuthenticateSigned = (
  provider: string,
  header: (name: string) => string | undefined,
) => Promise<SignedBy | undefined>

/** What of a request says who sends it. */
export interface Shown {
  readonly method: string
  readonly header: (name: string) => string | undefined
  /** The secret of a session in its cookie. */
  readonly session: string | undefined
}

/** The longest bearer token that is looked at. */
const longestToken = 512

/**
 * Who sends this request, and does that caller hold what the route needs anywhere? A token goes before a session, and is
 * never made up for by one. Whether it is held where the request acts, `assertMay` decides. Throws `unauthenticated`, `cross-origin` or `not-allowed`, in the
 * same words on every route.
 */
export async function authorise(
  authenticate: Authenticate,
  shown: Shown,
  needs: Exclude<Access, 'signature' | 'nothing'>,
): Promise<Caller> {
  const caller = await callerOf(authenticate, shown)
  if (caller === undefined || caller.name === '') throw unauthenticated()
  if (needs !== 'self' && !privilegesIn(caller.grants).has(needs)) throw notAllowed(caller, needs)
  return caller
}

async function callerOf(authenticate: Authenticate, shown: Shown): Promise<Caller | undefined> {
  const header = shown.header('authorization')
  if (header !== undefined) {
    const token = tokenOf(header)
    return token === undefined ? undefined : authenticate.ofToken(token)
  }
  if (shown.session === undefined) return undefined
  const refused = notFromOurPages(shown.method, shown.header)
  if (refused !== undefined) throw refused
  return authenticate.ofSession(shown.session)
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

/** The refusal of somebody who may look and not act. */
export function notAllowed(caller: Caller, needs: Privilege, on = ''): Failure<ApiCode> {
  return apiFailure('not-allowed', `${caller.name}: not allowed: this needs the privilege ${needs}${on}`, {
    hint: 'ask somebody who holds it',
  })
}

function unauthenticated(): Failure<ApiCode> {
  return apiFailure(
    'unauthenticated',
    'request: not authenticated: no token or session, or one that is not known',
    {
      hint: 'sign in with a browser, or send the token of this hub as Authorization: Bearer …',
    },
  )
}
