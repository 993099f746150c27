/**
 * Long work on many clusters, as jobs: begun, followed, cancelled, kept.
 *
 * Refuses to decide who may do what: each row's work does, when its turn comes. Key invariant: nothing is sent to a cluster
 * before it is durable that its row began.
 */
export { type JobOrder, Jobs, type RowWork } from './jobs.ts'
