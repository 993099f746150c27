/**
 * What is known of a cluster without anybody writing it down, and what bundles require of it.
 *
 * Reads no cluster. Refuses to take unknown for lacking. Key invariant: what could not be read is left out, never
 * empty.
 */
export type { ClusterFacts } from './facts.ts'
export { parseQuantity } from './quantity.ts'
export { type RequiredApi, whyLacking } from './required-api.ts'
