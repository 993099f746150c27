/**
 * The health of one live object in kstatus words, from its status alone.
 *
 * Health is never drift, and nothing here reads a cluster. Refuses to guess: what cannot be read is Unknown.
 * Key invariant: an object whose controller has not seen its latest generation is never Current.
 */
export type { Health, HealthStatus } from './health.ts'
export { healthOf } from './health-of.ts'
export { type RunOutcome, runOutcome } from './run-outcome.ts'
