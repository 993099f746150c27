/**
 * One bundle on one cluster: look, plan, ask, record, apply in waves, prune last.
 *
 * Renders nothing and decides no verdict. Key invariants: the inventory is written before the objects, and
 * deletions come last and only after every apply went well; two bundles never write one object.
 */
export { BundleQueue } from './bundle-queue.ts'
export { BundleReconciler } from './bundle-reconciler.ts'
export { Claims } from './claims.ts'
export { declareClaims } from './declare-claims.ts'
