/**
 * One bundle on one cluster: look, plan, ask, record, hooks, apply in waves, hooks, prune last.
 *
 * Renders nothing and decides no verdict. Key invariants: the inventory is written before the objects, and
 * deletions come last and only after every apply went well; two bundles never write one object; a hook runs once for each
 * rendering.
 */
export { BundleQueue } from './bundle-queue.ts'
export { BundleReconciler } from './bundle-reconciler.ts'
export { Claims } from './claims.ts'
export { declareClaims } from './declare-claims.ts'
export { type TriedRendering, tryRendering } from './try-rendering.ts'
