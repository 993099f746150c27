import { asJson, canonicalJson, keyOf, type KubeObject, refOf } from '../object/index.ts'
import type { DesiredObject } from './desired-object.ts'

/** SHA-256 of a text, in hexadecimal; passed in because core has no hash of its own. */
export type Sha256 = (text: string) => string

/** One distinct rendering of a bundle. */
export interface Variant {
  /** `sha256:` and the hexadecimal digest of `manifests`. */
  readonly hash: string
  /** The canonical manifests: one canonical JSON a line, in the order of their keys. */
  readonly manifests: string
}

/**
 * The variant that a set of objects is. Content-addressed: order, files and formatting leave no trace, so
 * that clusters with the same objects share one variant (model.md).
 */
export function variantOf(objects: readonly DesiredObject[], sha256: Sha256): Variant {
  const lines = objects
    .map(({ object }) => ({ key: keyOf(refOf(object)), text: canonicalJson(asJson(object)) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
  const manifests = lines.map((line) => `${line}\n`).join('')
  return { hash: `sha256:${sha256(manifests)}`, manifests }
}

/** The hash of one manifest: equal for equal objects only. */
export function objectHash(object: KubeObject, sha256: Sha256): string {
  return `sha256:${sha256(canonicalJson(asJson(object)))}`
}
