import type { JsonMap, KubeObject } from '../object/index.ts'

/** Where an object was written. */
export interface Origin {
  /** As a path inside its repository. */
  readonly file: string
  /** One-based; the line on which the document begins. */
  readonly line: number
}

/** When an object that runs to an end is deleted again. */
export type HookDeletePolicy = 'before-creation' | 'succeeded' | 'failed'

/** What a hook annotation of Helm or Argo CD asks for: the object runs beside the others and to an end. */
export interface Hook {
  /** Before or after the other objects of the bundle are applied and healthy. */
  readonly when: 'before' | 'after'
  /** Order among the hooks of the same time: the lower first; 0 where nothing is written. */
  readonly weight: number
  /** `before-creation` where nothing is written. Never empty. */
  readonly deletePolicy: readonly HookDeletePolicy[]
}

/** A manifest as a renderer gives it: a map that says what kind it is, not looked at any further. */
export interface Manifest {
  readonly value: JsonMap
  readonly origin: Origin
  /** Absent for an ordinary object. */
  readonly hook?: Hook
  /** The order among ordinary objects that an annotation asks for: the lower first; 0 where nothing is written. */
  readonly wave?: number
}

/** An object that Git declares, with the place that declares it. */
export interface DesiredObject {
  readonly object: KubeObject
  readonly origin: Origin
  /** As the manifest has it. */
  readonly hook?: Hook
  readonly wave?: number
}
