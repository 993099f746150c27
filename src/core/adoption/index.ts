/**
 * Taking over objects that others applied before (engine §5, "Adopt"): the fold of former owners into ours, and
 * what it will release.
 *
 * Computes only; asking for consent and writing are the engine's. Never folds controllers. Key invariant: the
 * fold changes no value, and no owner but those that it names.
 */
export { type Fold, foldForAdoption, ownedByOthers, releasedBy } from './fold.ts'
