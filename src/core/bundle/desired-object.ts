import type { JsonMap, KubeObject } from '../object/index.ts'

/** Where an object was written. */
export interface Origin {
  /** As a path inside its repository. */
  readonly file: string
  /** One-based; the line on which the document begins. */
  readonly line: number
}

/** A manifest as a renderer gives it: a map that says what kind it is, not looked at any further. */
export interface Manifest {
  readonly value: JsonMap
  readonly origin: Origin
}

/** An object that Git declares, with the place that declares it. */
export interface DesiredObject {
  readonly object: KubeObject
  readonly origin: Origin
}
