import type { DesiredObject, Variant } from '../../core/bundle/index.ts'
import type { Access, Bundle, Cluster, Environment, Fleet, Rollout } from '../../core/kinds/index.ts'
import type { Problem } from '../../core/problem.ts'

/** A document with the place it was written. */
export interface Declared<Value> {
  readonly value: Value
  readonly file: string
  readonly line: number
}

/** Everything that the fleet repository declares at one commit. Maps are by name. */
export interface FleetModel {
  /** The folder that holds evenkeel.yaml; the empty text for the repository's root. */
  readonly folder: string
  readonly fleet: Declared<Fleet> | undefined
  readonly environments: ReadonlyMap<string, Declared<Environment>>
  readonly clusters: ReadonlyMap<string, Declared<Cluster>>
  readonly bundles: ReadonlyMap<string, Declared<Bundle>>
  readonly rollouts: ReadonlyMap<string, Declared<Rollout>>
  readonly access: ReadonlyMap<string, Declared<Access>>
}

/**
 * A document that could not be read. What it declared before is kept at its last good state by the caller; a
 * broken file is never taken for a removed one. Kind and name are what could be made out.
 */
export interface Unreadable {
  readonly file: string
  readonly kind?: string
  readonly name?: string
}

export interface LoadedFleet {
  readonly model: FleetModel
  readonly problems: readonly Problem[]
  readonly unreadable: readonly Unreadable[]
}

/** What a bundle is on one cluster, or why that cannot be said. Warnings come beside objects. */
export type RenderResult =
  | {
      readonly rendered: true
      readonly variant: Variant
      readonly objects: readonly DesiredObject[]
      /** True when the source is there and holds no object: a plan that needs approval (incident 1). */
      readonly empty: boolean
      /** Errors of objects that were left out. While there are any, nothing may be pruned: what is missing from
       * `objects` is not missing from Git. */
      readonly refused: readonly Problem[]
      readonly warnings: readonly Problem[]
      /** True when another cluster has another rendering, although its inputs are the same. */
      readonly perCluster: boolean
      /** What random bytes are drawn for: the same scope draws the same. */
      readonly scope: string
      /** How many random bytes the templates drew, and the places of the objects that hold what came of them. */
      readonly randomBytes: number
      readonly drewRandom: readonly string[]
    }
  | {
      readonly rendered: false
      readonly problems: readonly Problem[]
      /** True when it fails for this cluster, and may not for another with the same inputs. */
      readonly perCluster?: boolean
    }

/** Where the files of a bundle come from. */
export interface SourcePath {
  /** A name of the fleet's repositories; undefined for the fleet repository itself. */
  readonly repository: string | undefined
  readonly revision: string | undefined
  readonly path: string
}

/**
 * Reads the files below a path, by their path in the repository. Throws a `Failure` (`path-gone` where the
 * path does not exist): an absent path is never an empty map.
 */
export type ReadPath = (source: SourcePath) => Promise<ReadonlyMap<string, Uint8Array>>
