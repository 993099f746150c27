/**
 * What a chart needs besides itself: from its lock or its ranges to the files of `charts/`.
 *
 * Decides nothing about conditions, tags and aliases, which Helm does when it renders. Key invariant: a path of a
 * dependency never leads outside the tree, and a lock is obeyed or refused, never ignored.
 */
export { DependencyWalk } from './dependency-walk.ts'
