import {
  apiFailure,
  type BrowserSession,
  type CreateTokenRequest,
  type MadeToken,
  privileges,
  type SessionView,
  type SignInLink,
  type TokenView,
} from '../../api/index.ts'
import { allows, type Grant, privilegesIn } from '../../core/access/index.ts'
import type { Accounts } from '../auth/index.ts'
import type { Call, Caller } from '../service.ts'
import type { StoredSession, StoredToken, TokenLimits } from '../store/index.ts'
import { notAllowed } from './authorise.ts'

/** Tells the activity what became of somebody's way in. */
export type Note = (type: string, message: string, call: Pick<Call, 'requestId'> & { actor: string }) => void

/** Who asks. */
export function sessionView({ caller }: Call): SessionView {
  const { via, id, expiresAt } = caller.credential
  return {
    name: caller.name,
    via: via === 'signature' ? 'token' : via,
    groups: [...caller.groups],
    privileges: [...privilegesIn(caller.grants)],
    grants: caller.grants.map(grantView),
    id,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

/** The sessions of the caller, of somebody, or of everybody (`*`). Throws `not-allowed`. */
export async function listSessions(
  accounts: Accounts,
  { caller }: Call,
  name: string | undefined,
): Promise<BrowserSession[]> {
  const found = await accounts.sessions(whose(caller, name))
  return found.map((session) => browserSession(session, caller))
}

/** Ends one session of the caller, or of anybody for an admin; undefined when there is none that they may end. */
export async function endSession(
  accounts: Accounts,
  call: Call,
  id: string,
  note: Note,
): Promise<BrowserSession | undefined> {
  const { caller, requestId } = call
  const ended = await accounts.endSession(id, isAdmin(caller) ? undefined : caller.name)
  if (ended === undefined) return undefined
  const own = ended.id === caller.credential.id
  const message = own ? `${caller.name} signed out` : `session ${id} of ${ended.person.name} was ended`
  note(own ? 'signed-out' : 'session-ended', message, { actor: caller.name, requestId })
  return browserSession(ended, caller)
}

/** A link for the caller's browser. Throws `not-allowed` for anybody but the hub's own user. */
export async function signInLink(accounts: Accounts, { caller }: Call): Promise<SignInLink> {
  // A token that somebody made is good for as long as it says, and must not become a session that outlives it.
  if (!caller.local || caller.credential.via === 'token') {
    throw apiFailure('not-allowed', `${caller.name}: not allowed: links are for the user of the hub itself`, {
      hint: 'sign in with the browser',
    })
  }
  const link = await accounts.makeLink({ name: caller.name, groups: [], local: true })
  if (link !== undefined) return link
  throw apiFailure('not-allowed', 'hub: makes no sign-in links: it listens for other machines too', {
    hint: 'set up OpenID Connect in hub.yaml, or listen on 127.0.0.1',
  })
}

/** People are the business of those who are admins of everything. */
function isAdmin(caller: Caller): boolean {
  return allows(caller.grants, 'admin', {})
}

function grantView({ privileges, clusters, bundles, namespaces }: Grant): SessionView['grants'][number] {
  return {
    privileges: [...privileges],
    ...(clusters === undefined ? {} : { clusters: clusters.size }),
    ...(bundles === undefined ? {} : { bundles: [...bundles] }),
    ...(namespaces === undefined ? {} : { namespaces: [...namespaces] }),
  }
}

/** The tokens of the caller, of somebody, or of everybody (`*`). Throws `not-allowed`. */
export async function listTokens(
  accounts: Accounts,
  { caller }: Call,
  name: string | undefined,
): Promise<TokenView[]> {
  const found = await accounts.tokens(whose(caller, name))
  return found.map(tokenView)
}

/** Makes a token for the caller. Throws `not-allowed` for what is more than they have themselves. */
export async function makeToken(
  accounts: Accounts,
  call: Call,
  request: CreateTokenRequest,
  note: Note,
): Promise<MadeToken> {
  const { caller, requestId } = call
  // It would outlive the one that made it.
  if (caller.credential.via === 'token') {
    throw apiFailure('not-allowed', `${caller.name}: not allowed: a token makes no tokens`, {
      hint: 'sign in with a browser, or use the hub’s own user',
    })
  }
  const held = privilegesIn(caller.grants)
  const beyond = request.privileges.find((privilege) => !held.has(privilege))
  if (beyond !== undefined) throw notAllowed(caller, beyond)
  const { name, groups, local } = caller
  const { label, privileges, forMs, limits = {} } = request
  const made = await accounts.makeToken({
    label,
    privileges,
    forMs,
    limits: limitsOf(limits),
    person: { name, groups, local },
  })
  note('token-made', `${name} made token ${made.token.id} (${label})`, { actor: name, requestId })
  return { secret: made.secret, token: tokenView(made.token) }
}

/** Takes a token of the caller back, or of anybody for an admin; undefined when there is none that they may take back. */
export async function revokeToken(
  accounts: Accounts,
  { caller, requestId }: Call,
  id: string,
  note: Note,
): Promise<TokenView | undefined> {
  const token = await accounts.revokeToken(id, isAdmin(caller) ? undefined : caller.name)
  if (token === undefined) return undefined
  const message = `token ${id} of ${token.person.name} (${token.label}) was revoked`
  note('token-revoked', message, { actor: caller.name, requestId })
  return tokenView(token)
}

function limitsOf({ clusters, environments, bundles, namespaces }: TokenView['limits']): TokenLimits {
  return {
    ...(clusters === undefined ? {} : { clusters }),
    ...(environments === undefined ? {} : { environments }),
    ...(bundles === undefined ? {} : { bundles }),
    ...(namespaces === undefined ? {} : { namespaces }),
  }
}

function tokenView(token: StoredToken): TokenView {
  const { id, label, person, createdAt, expiresAt, usedAt, limits } = token
  return {
    id,
    name: person.name,
    label,
    privileges: privileges.filter((privilege) => token.privileges.includes(privilege)),
    limits: structuredClone(limits) as TokenView['limits'],
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(usedAt === undefined ? {} : { usedAt }),
  }
}

/** Whose things are asked for; undefined for everybody's. Throws `not-allowed`. */
function whose(caller: Caller, name: string | undefined): string | undefined {
  const wanted = name ?? caller.name
  if (wanted !== caller.name && !isAdmin(caller)) {
    throw apiFailure('not-allowed', `${caller.name}: not allowed: this is somebody else’s`, {
      hint: 'ask an admin of the whole fleet',
    })
  }
  return wanted === '*' ? undefined : wanted
}

function browserSession(session: StoredSession, caller: Caller): BrowserSession {
  const { person, ...rest } = session
  return { ...rest, name: person.name, current: session.id === caller.credential.id }
}
