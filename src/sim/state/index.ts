/**
 * What simulated clusters hold, in a file: written when a simulator ends, read when it begins again.
 *
 * Refuses a file that is incomplete or of another version. Key invariant: equal shapes stand in the file once, however
 * many clusters hold them.
 */
export { type ClusterState, readState, type SimulatorState, writeState } from './state-file.ts'
