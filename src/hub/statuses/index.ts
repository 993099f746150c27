/**
 * Commit statuses: what became of a commit, said where the people who pushed it look.
 *
 * It only tells: refuses to read anything from a forge, or to hold up a run for one. Key invariant: what stands on a
 * commit in the end is how its run ended, whatever the forge did in between; a status of a run that is still going never
 * says success.
 */
export { CommitStatuses } from './commit-statuses.ts'
