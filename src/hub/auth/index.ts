/**
 * Who somebody is: tokens of programs, sessions of browsers, and the ways to get one.
 *
 * Decides nothing about what a person may do, and knows nothing of HTTP. Refuses an empty name, and keeps no
 * secret: of tokens, sessions and codes there are keyed hashes in the store, and the secrets are where they are used.
 * Key invariant: whoever was revoked is refused by the next request, and their streams within ten seconds.
 */
export { Accounts, type BegunSession } from './accounts.ts'
export { Lockout } from './lockout.ts'
export { OpenId, openIdCallback, type OpenIdSettings } from './openid.ts'
export { newId, newSecret } from './new-secret.ts'
export { Rights } from './rights.ts'
