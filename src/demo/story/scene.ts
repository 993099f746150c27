import type { DrawnCluster } from '../fleet/draw-fleet.ts'
import type { Actor } from '../fleet/cast.ts'
import type { JsonMap } from '../../core/object/index.ts'
import type { Random } from '../random.ts'
import type { Change } from '../repository/fleet-repository.ts'
import type { ClusterRequest } from '../sim-door.ts'

/** What the story is made of. */
export const beats = [
  'incident',
  'asked',
  'moving-in',
  'policy',
  'namespace',
  'quota',
  'binding',
  'autoscaler',
  'webhook',
  'operator',
  'silence',
  'certificate',
  'release',
  'bad-release',
] as const
export type Beat = (typeof beats)[number]

/** What is done, as data: the same story is the same list. */
export type Act =
  /** Somebody writes the same to each of these clusters, one after the other. */
  | {
      readonly kind: 'write'
      readonly clusters: readonly string[]
      readonly as: Actor
      readonly request: ClusterRequest
    }
  /** What is wrong with these clusters from now on. */
  | { readonly kind: 'faults'; readonly clusters: readonly string[]; readonly faults: JsonMap }
  /** What the load asks of an autoscaler, by `namespace/name`. */
  | { readonly kind: 'demand'; readonly clusters: readonly string[]; readonly demand: JsonMap }
  | { readonly kind: 'commit'; readonly change: Change }
  /** An operator writes `patch` again whenever the object does not hold it, until the time is over. */
  | {
      readonly kind: 'insist'
      readonly clusters: readonly string[]
      readonly as: Actor
      readonly path: string
      readonly patch: JsonMap
      readonly forMs: number
    }
  /** A mutating webhook is installed, or taken away. */
  | { readonly kind: 'webhook'; readonly clusters: readonly string[]; readonly installed: boolean }

/** One step of the story. */
export interface Scene {
  /** Milliseconds since the story began. */
  readonly at: number
  readonly beat: Beat
  /** What a narrator says of it. */
  readonly says: string
  readonly act: Act
}

/** What a beat is written for. */
export interface Telling {
  readonly clusters: readonly DrawnCluster[]
  readonly random: Random
  /** Which round of the story: 0 is the opening. */
  readonly round: number
}

/** Steps of one beat, with times since its own beginning. */
export type BeatScript = (telling: Telling) => Scene[]

export const seconds = (count: number): number => count * 1_000
export const minutes = (count: number): number => count * 60_000
