import type { Json, JsonMap } from './json.ts'

/** Any Kubernetes object, as JSON. Only what every object has is named. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** The part of `metadata` that Evenkeel reads. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: { readonly [key: string]: string }
  readonly annotations?: { readonly [key: string]: string }
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly ManagedFieldsEntry[]
  readonly [field: string]: unknown
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

/** One entry of `metadata.managedFields` (engine F1). */
export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: 'Apply' | 'Update'
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: JsonMap
  readonly subresource?: string
}

/** The object as plain JSON, for code that walks it without knowing its shape. */
export function asJson(object: KubeObject): JsonMap {
  return object as unknown as JsonMap
}

/** The value at a chain of map keys, or undefined where the chain breaks. */
export function valueAt(object: KubeObject | JsonMap, ...keys: readonly string[]): Json | undefined {
  let value: unknown = object
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, key)) return undefined
    value = (value as JsonMap)[key]
  }
  return value as Json | undefined
}
