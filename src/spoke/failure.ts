import { Failure } from '../core/failure.ts'

/** Why the engine refuses or stops, beyond what a cluster answers. */
export type SpokeCode =
  /** Another engine has taken this cluster over: nothing more is written by this one. */
  | 'fenced'
  /** Writing is switched off: a freeze, a hub that observes only, or an engine that is stopping. */
  | 'read-only'
  /** The bundle is to be another rendering meanwhile: what is left of this one is not written. */
  | 'superseded'
  /** The rendering is not to be had now. */
  | 'no-content'
  /** The cluster cannot say what it serves, so it is not known whether the kind exists. */
  | 'discovery-failed'
  /** The cluster does not serve the kind. */
  | 'no-such-kind'
  /** Two bundles declare the same object. */
  | 'claimed-twice'
  /** Another tool keeps the object. */
  | 'owned-elsewhere'
  /** The object exists and nobody agreed yet that the bundle takes it over. */
  | 'adoption-needed'
  /** Others own fields that the bundle declares, with other values. */
  | 'fields-owned'
  /** What a wave made did not become ready in time. */
  | 'wave-timeout'
  /** The cluster is not connected. */
  | 'not-connected'

export class SpokeFailure extends Failure<SpokeCode> {}

/** The failure of work on a rendering that is not the wanted one any more. */
export function superseded(bundle: string): SpokeFailure {
  return new SpokeFailure('superseded', `bundle ${bundle}: another rendering is wanted meanwhile`, {
    retryable: true,
  })
}

/** The failure of a question to a cluster that is not connected. */
export function notConnected(cluster: string): SpokeFailure {
  return new SpokeFailure('not-connected', `cluster ${cluster}: not connected`, { retryable: true })
}
