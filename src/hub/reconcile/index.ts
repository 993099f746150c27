/**
 * The hub's loop: from the fleet repository to what every cluster is to be, one engine a cluster, and the answers about
 * all of it.
 *
 * Writes to no cluster itself; engines do. Key invariants: what cannot be read or known leaves things as they were; a
 * cluster whose record goes away is detached and nothing in it is deleted; what is not known is never shown as good.
 */
export { openReconciler, type Reconciler, type ReconcilerOptions } from './reconciler.ts'
