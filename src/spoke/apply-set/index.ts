/**
 * The apply set of one bundle on one cluster, as KEP-3659 has it: a parent object with the inventory, and the
 * epoch that fences every batch of writes.
 *
 * Decides nothing about members. Key invariant: no batch goes out unless the parent still carries our epoch.
 */
export { ApplySet } from './apply-set.ts'
export { ApplySets } from './apply-sets.ts'
