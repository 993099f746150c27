/**
 * Kubernetes objects as plain JSON: their shape, their names, their canonical text.
 *
 * Knows nothing about particular kinds and refuses to interpret `spec`. Key invariant: equal refs have
 * equal keys, equal values have equal canonical texts, and nothing else has.
 */
export { mapOf, mapsOf, textOf, textsOf } from './json-reading.ts'
export { canonicalJson, isList, isMap, type Json, type JsonMap } from './json.ts'
export {
  asJson,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
  valueAt,
} from './kube-object.ts'
export { type LabelSelector, labelSelector } from './label-selector.ts'
export { isSystemNamespace } from './system-namespace.ts'
export { groupOf, keyOf, nameOf, type ObjectRef, refOf, refOfKey, versionOf } from './object-ref.ts'
