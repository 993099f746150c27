/**
 * The fleet repository as a model: files in, kinds and problems out; a bundle's files in, a variant out.
 *
 * Reads no Git and no disk but through functions that are passed in (`loadFleetDirectory` apart, for lint),
 * and decides nothing about clusters. Key invariant: what could not be read is named as unreadable and is
 * never the same as what is absent; one bad file hides nothing in the others.
 */
export type {
  Declared,
  FleetModel,
  LoadedFleet,
  ReadPath,
  RenderResult,
  SourcePath,
  Unreadable,
} from './model.ts'
