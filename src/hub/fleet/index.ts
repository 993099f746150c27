/**
 * The fleet repository as a model: files in, kinds and problems out; a bundle's files in, a variant out.
 *
 * `loadFleet` and `renderBundle` touch neither Git nor disk; `loadFleetCommit` and `loadFleetDirectory` bring
 * them the files. Refuses to decide anything about clusters. Key invariant: what could not be read is named as unreadable and is
 * never the same as what is absent; one bad file hides nothing in the others.
 */
export { loadFleetCommit, readPathAt, readPathsAt } from './load-commit.ts'
export { loadFleetDirectory } from './load-directory.ts'
export { loadFleet } from './load-fleet.ts'
export type {
  Declared,
  FleetModel,
  LoadedFleet,
  ReadPath,
  RenderResult,
  SourcePath,
  Unreadable,
} from './model.ts'
export { type BundleInputs, bundleInputs } from './bundle-inputs.ts'
export { renderBundle } from './render-bundle.ts'
export type { Capabilities, RenderTools } from './render-tools.ts'
