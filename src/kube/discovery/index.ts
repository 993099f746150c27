/**
 * What a cluster serves: groups, versions, kinds, verbs.
 *
 * It keeps nothing between two calls, and refuses to guess: a group-version that could not be told is a gap.
 * Key invariant: "not served" is said only of groups that were told completely.
 */
export { discover } from './discover.ts'
export { Discovery, type DiscoveryGap } from './discovery.ts'
