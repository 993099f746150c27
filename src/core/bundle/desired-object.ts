import type { KubeObject } from '../object/index.ts'

/** Where an object was written. */
export interface Origin {
  /** As a path inside its repository. */
  readonly file: string
  /** One-based; the line on which the document begins. */
  readonly line: number
}

/** An object that Git declares, with the place that declares it. */
export interface DesiredObject {
  readonly object: KubeObject
  readonly origin: Origin
}

/** One distinct rendering of a bundle. */
export interface Variant {
  /** `sha256:` and the hexadecimal digest of `manifests`. */
  readonly hash: string
  /** The canonical manifests: one canonical JSON a line, in the order of their keys. */
  readonly manifests: string
}
