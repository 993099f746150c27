/**
 * Taking over fields that others own: adoption of whole objects, leftovers of untracked ones, and additions
 * that a bundle prunes.
 *
 * Never touches what controllers own in subresources. Key invariant: ownership is rewritten only onto the very
 * state that it was computed from; a write in between starts it over.
 */
export { additionsToPrune, adoptFields, foldLeftovers, pruneAdditions } from './fold.ts'
