import type { SignInLink } from '../../api/index.ts'
import { narrowed } from '../../core/access/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Caller } from '../service.ts'
import type { Person, Store, StoredSession, StoredToken } from '../store/index.ts'
import { newId, newSecret } from './new-secret.ts'
import type { Rights } from './rights.ts'

/** How long a session lasts at the most, and how long without a request. */
const sessionMs = 7 * 86_400_000
/** Groups are those of the sign-in: a provider is asked again within a day. */
const openIdSessionMs = 12 * 3_600_000
const idleMs = 12 * 3_600_000
/** How old the note of the last use may be. */
const useNoteMs = 60_000
const linkMs = 10 * 60_000
const longestAgent = 200
const apiPurpose = 'api'

/** What a browser is given when it has signed in. */
export interface BegunSession {
  /** Goes into its cookie, and is kept nowhere else. */
  readonly secret: string
  readonly session: StoredSession
}

export interface AccountsOptions {
  readonly store: Pick<Store, 'sessions' | 'oneTime' | 'tokens'>
  readonly clock: Clock
  readonly rights: Pick<Rights, 'of' | 'boundOf'>
  /** Where browsers of this machine reach the hub; undefined when others reach it too: then it makes no links. */
  readonly linkBase: () => string | undefined
}

/** People and programs as the hub knows them, and how they come to be known. */
export class Accounts {
  readonly #options: AccountsOptions

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  /** True when links sign people in. */
  get makesLinks(): boolean {
    return this.#options.linkBase() !== undefined
  }

  /** Whom a token stands for; undefined for one that is not known, or not any more. */
  async ofToken(secret: string): Promise<Caller | undefined> {
    const { store, clock } = this.#options
    const token = await store.tokens.find(secret)
    if (token === undefined || token.person.name === '') return undefined
    const { id, person, expiresAt, usedAt } = token
    const now = clock.now()
    if (expiresAt !== undefined && Date.parse(expiresAt) <= now) return undefined
    if (token.purpose === apiPurpose && (usedAt === undefined || now - Date.parse(usedAt) > useNoteMs)) {
      await store.tokens.used(id, timeOf(now))
    }
    const { rights } = this.#options
    return {
      ...person,
      grants: narrowed(rights.of(person), rights.boundOf(token)),
      credential: { via: token.purpose === apiPurpose ? 'token' : 'hub', id, expiresAt },
    }
  }

  /** Whom the secret of a session stands for; undefined when it is over or was ended. */
  async ofSession(secret: string): Promise<Caller | undefined> {
    const { store, clock } = this.#options
    const session = await store.sessions.find(secret)
    if (session === undefined || session.person.name === '' || !this.#lasts(session)) return undefined
    const { id, via, expiresAt, person } = session
    const now = clock.now()
    if (now - Date.parse(session.seenAt) > useNoteMs) await store.sessions.seen(id, timeOf(now))
    const grants = this.#options.rights.of(person)
    return { ...person, grants, credential: { via, id, expiresAt } }
  }

  /** A link that signs one browser of this machine in, once. Undefined where the hub makes none. */
  async makeLink(person: Person): Promise<SignInLink | undefined> {
    const { store, clock, linkBase } = this.#options
    const base = linkBase()
    if (base === undefined) return undefined
    const code = newSecret('evc')
    const now = clock.now()
    const expiresAt = timeOf(now + linkMs)
    await store.oneTime.forget(timeOf(now))
    await store.oneTime.save('sign-in-link', code, person, expiresAt)
    return { url: `${base}/sign-in?code=${code}`, expiresAt }
  }

  /** Begins a session for the code of a link; undefined when the code is not known, used or over. */
  async signInByLink(code: string, agent: string): Promise<BegunSession | undefined> {
    const { store, clock } = this.#options
    const person = await store.oneTime.take<Person>('sign-in-link', code, timeOf(clock.now()))
    return person === undefined ? undefined : this.begin(person, 'link', agent)
  }

  /** Signs somebody in whose identity was proven. */
  async begin(person: Person, via: StoredSession['via'], agent: string): Promise<BegunSession> {
    const { store, clock } = this.#options
    const now = clock.now()
    const session: StoredSession = {
      id: newId('s'),
      person,
      via,
      agent: agent.replace(/\p{Cc}/gu, ' ').slice(0, longestAgent),
      createdAt: timeOf(now),
      seenAt: timeOf(now),
      expiresAt: timeOf(now + (via === 'openid' ? openIdSessionMs : sessionMs)),
    }
    const secret = newSecret('evs')
    await store.sessions.forget({ expires: timeOf(now), seen: timeOf(now - idleMs) })
    await store.sessions.begin(secret, session)
    return { secret, session }
  }

  /** The sessions of a person, or of all, that are not over. */
  async sessions(name?: string): Promise<StoredSession[]> {
    return (await this.#options.store.sessions.list(name)).filter((session) => this.#lasts(session))
  }

  /** Ends a session, with `name` only one of that person; undefined when there is none. */
  async endSession(id: string, name?: string): Promise<StoredSession | undefined> {
    const session = (await this.sessions(name)).find((one) => one.id === id)
    if (session === undefined) return undefined
    return (await this.#options.store.sessions.end(id, name)) ? session : undefined
  }

  /** Makes a token for a program; its secret is in the answer, and nowhere else. */
  async makeToken(
    made: Pick<StoredToken, 'label' | 'person' | 'privileges' | 'limits'> & { readonly forMs: number },
  ): Promise<{ readonly secret: string; readonly token: StoredToken }> {
    const { store, clock } = this.#options
    const { forMs, ...about } = made
    const now = clock.now()
    const token: StoredToken = {
      ...about,
      purpose: apiPurpose,
      id: newId('t'),
      createdAt: timeOf(now),
      expiresAt: timeOf(now + forMs),
    }
    const secret = newSecret('evk')
    await store.tokens.save(secret, token)
    return { secret, token }
  }

  /** The tokens of a person, or of all, those that are over among them. */
  tokens(name?: string): Promise<StoredToken[]> {
    return this.#options.store.tokens.list(apiPurpose, name)
  }

  /** Takes a token back, with `name` only one of that person; undefined when there is none. */
  async revokeToken(id: string, name?: string): Promise<StoredToken | undefined> {
    const token = (await this.tokens(name)).find((one) => one.id === id)
    if (token === undefined) return undefined
    return (await this.#options.store.tokens.end(apiPurpose, id, name)) ? token : undefined
  }

  #lasts({ expiresAt, seenAt }: StoredSession): boolean {
    const now = this.#options.clock.now()
    return Date.parse(expiresAt) > now && Date.parse(seenAt) + idleMs > now
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
