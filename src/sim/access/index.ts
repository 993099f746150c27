/**
 * Who may do what in a simulated cluster: tokens, impersonation, and role-based access control over the stored roles.
 *
 * It is no security boundary: a token is a name. Key invariant: whoever may not by the stored roles is refused in the
 * words of an API server, whoever impersonates included.
 */
export { type Attributes, deniedText } from './attributes.ts'
export { bootstrapAccess } from './bootstrap-access.ts'
export { authenticate, type Caller, impersonation } from './identify.ts'
export { Policy, type Rule } from './policy.ts'
export { serviceAccountToken, tokenOf, Tokens } from './tokens.ts'
export type { Account, User } from './user.ts'
