/**
 * Who may do what: privileges, the roles that give them, grants that say where, and the one function that decides.
 *
 * Knows nothing of people's passwords, tokens or requests. Refuses what no grant gives: there is no rule that takes
 * away, so that removing one never gives anybody more (safety I13).
 * Key invariant: where it cannot be known whether a grant reaches a cluster, it does not.
 */
export { type BundleWrites, mayWrite, writesOf } from './bundle-writes.ts'
export { allows, type Grant, type Limit, narrowed, privilegesIn, readable, type Target } from './grant.ts'
export { grantsOf, type Subject } from './grants-of.ts'
export { hears } from './hears.ts'
export { type Privilege, privileges } from './privilege.ts'
