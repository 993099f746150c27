/**
 * What a simulated cluster says that it serves: discovery in both forms, and OpenAPI v3.
 *
 * It is data of a real release, with the custom resources of the cluster added, and refuses to know a kind that neither
 * has. Key invariant: whatever is told here is served, and nothing else is.
 */
export { Catalogue, type Established } from './catalogue.ts'
export {
  aggregated,
  aggregatedType,
  byVersion,
  hashOf,
  legacyGroup,
  legacyGroups,
  legacyResources,
  legacyVersions,
} from './documents.ts'
export { openApiDocuments, openApiIndex } from './open-api.ts'
export type { Release } from './release.ts'
export {
  type CustomResource,
  groupVersionOf,
  keyIn,
  type ServedResource,
  type ServedSubresource,
  storageOf,
} from './served-resource.ts'
