/**
 * What the engine listens to: the members of its bundles, and the definitions that their types come from.
 *
 * Starts no request that a watch does not need. Key invariant: a member that the first complete list lacks is
 * looked at by a read of its own before anything is concluded.
 */
export { DefinitionWatch } from './definition-watch.ts'
export { Hearing } from './hearing.ts'
export { UnmanagedWatch } from './unmanaged-watch.ts'
export { WatchSet } from './watch-set.ts'
