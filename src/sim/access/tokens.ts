import { type Account, serviceAccountUser, type User, userOf } from './user.ts'

const ofServiceAccount = 'sim-service-account'

/**
 * Which user a bearer token stands for. These tokens are names, no secrets: a simulated cluster holds nothing that would
 * have to be kept from anybody, and is reachable from this machine only.
 */
export class Tokens {
  readonly #users = new Map<string, User>()

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) this.#users.set(tokenOf(account.name), userOf(account))
  }

  /** The user; undefined for a token that nobody was given. */
  user(token: string): User | undefined {
    const [kind, namespace, name, uid] = token.split('.')
    if (kind === ofServiceAccount && namespace !== undefined && name !== undefined) {
      return serviceAccountUser(namespace, name, uid)
    }
    return this.#users.get(token)
  }
}

/** The token of an account. */
export function tokenOf(account: string): string {
  return `${account}-token`
}

/** A token of a service account, as TokenRequest gives one. */
export function serviceAccountToken(namespace: string, name: string, uid: string): string {
  return [ofServiceAccount, namespace, name, uid].join('.')
}
