/**
 * What a bundle delivers to a cluster: desired objects with their origins, made comparable.
 *
 * Refuses what has no identity (no name, generateName, the same object twice) and what only a server may say
 * (status, uid, resourceVersion). Knows nothing about clusters: a namespace that is absent stays absent.
 * Key invariant: equal sets of objects give the same variant hash, whatever their order or files.
 */
export type { DesiredObject, Hook, HookDeletePolicy, Manifest, Origin } from './desired-object.ts'
export { normalise } from './normalise.ts'
export { objectHash, type Variant, variantOf } from './variant.ts'
