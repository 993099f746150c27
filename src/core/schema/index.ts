/**
 * Types as field ownership needs them, read from a cluster's own OpenAPI v3, and the field set of an object.
 *
 * Refuses to validate values: only the cluster does. Keeps no descriptions. Key invariant: `fieldSetOf` of
 * a manifest is the set that the API server records when the manifest is applied.
 */
export { fieldSetOf, isUnrecorded } from './field-set-of.ts'
export { isAtomicAt } from './node-at.ts'
export { parseOpenApi, type SchemaSet } from './parse-open-api.ts'
export type { TypeSchema } from './type-schema.ts'
