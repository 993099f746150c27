/**
 * What a cluster is and has: platform, served kinds, classes, operators, namespaces, nodes.
 *
 * Refuses to ask often, and to say "none" of what it may not read. Key invariant: an idle cluster is asked at most
 * every half hour.
 */
export { FactsKeeper } from './facts-keeper.ts'
export { sharedApis } from './shared-apis.ts'
