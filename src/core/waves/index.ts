/**
 * The order inside one apply (engine §5), and its reverse for deletions.
 *
 * Knows kinds, not readiness: waiting between waves is the engine's. Refuses to look at annotations for an order.
 * Key invariant: what defines a kind or a namespace stands in an earlier wave than what uses it.
 */
export { rankOf } from './rank.ts'
export { wavesOf } from './waves-of.ts'
