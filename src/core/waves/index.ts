/**
 * The order inside one apply (engine §5), and its reverse for deletions.
 *
 * Knows kinds, and the waves and hooks that a renderer read from annotations; not readiness: waiting is the engine's.
 * Reads no annotation itself.
 * Key invariant: what defines a kind or a namespace stands in an earlier wave than what uses it.
 */
export { dueWave, type InWave } from './due-wave.ts'
export { hookOrder } from './hook-order.ts'
export { rankOf } from './rank.ts'
export { wavesOf } from './waves-of.ts'
