import { apiFailure, type BrowserSession, type SessionView, type SignInLink } from '../../api/index.ts'
import type { Accounts } from '../auth/index.ts'
import type { Call, Caller } from '../service.ts'
import type { StoredSession } from '../store/index.ts'

/** Tells the activity what became of somebody's way in. */
export type Note = (type: string, message: string, call: Pick<Call, 'requestId'> & { actor: string }) => void

/** Who asks. */
export function sessionView({ caller }: Call): SessionView {
  const { via, id, expiresAt } = caller.credential
  return {
    name: caller.name,
    via: via === 'signature' ? 'token' : via,
    groups: [...caller.groups],
    privileges: [...caller.privileges],
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
  const wanted = name ?? caller.name
  if (wanted !== caller.name && !caller.privileges.has('admin')) {
    throw apiFailure('not-allowed', `${caller.name}: not allowed: these are the sessions of somebody else`, {
      hint: 'ask somebody who holds the privilege admin',
    })
  }
  const found = await accounts.sessions(wanted === '*' ? undefined : wanted)
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
  const ended = await accounts.endSession(id, caller.privileges.has('admin') ? undefined : caller.name)
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

function browserSession(session: StoredSession, caller: Caller): BrowserSession {
  const { person, ...rest } = session
  return { ...rest, name: person.name, current: session.id === caller.credential.id }
}
