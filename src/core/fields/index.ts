/**
 * Field ownership as Kubernetes writes it: paths, sets of paths, FieldsV1 (engine F2).
 *
 * Knows nothing about managers, types or drift. Refuses malformed ownership data with a `Failure` and never
 * crashes on it. Key invariants: a set is immutable; reading what it wrote gives an equal set; equal paths have
 * equal keys, and nothing else has.
 */
export { editAtPath } from './edit-at-path.ts'
export { comparePaths, conflictText, formatPath, pathKey, pathOfKey } from './field-path.ts'
export { FieldSet, MAX_DEPTH, parseFieldsV1 } from './field-set.ts'
export type { FieldPath, PathElement } from './path-element.ts'
export { PathReader, valueAtPath, valuesAtPath } from './value-at-path.ts'
