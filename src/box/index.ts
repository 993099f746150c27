/**
 * A box without powers: runs a WebAssembly module of ours on bytes that others wrote.
 *
 * The module sees its input, a clock that stands still and bytes made from a seed; `host.ts` is the whole list. It
 * refuses everything else: files, network, environment, processes. Calls run in worker threads, so that one that
 * does not end is ended, alone.
 * Key invariant: the reply to a call depends on the module, the input, the seed and the clock, and on nothing else.
 */
export type { BoxCall, BoxLimit, BoxOutcome, BoxReply, BoxTrap } from './contract.ts'
export { findBeside } from './find-beside.ts'
export { compileModule, type CompiledModule } from './module.ts'
export { BoxPool, type BoxPoolOptions } from './pool.ts'
