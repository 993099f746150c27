import type { KubeCode, KubeFailure } from '../failure.ts'
import type { WatchStateKind } from './watch-handler.ts'

const denials: ReadonlySet<KubeCode> = new Set([
  'unauthorized',
  'forbidden',
  'no-credential',
  'refused-kubeconfig',
])

/** The state that a failure puts a watch into. */
export function stateAfter(failure: KubeFailure): WatchStateKind {
  if (failure.code === 'unknown-kind') return 'gone-kind'
  return denials.has(failure.code) ? 'denied' : 'disconnected'
}

/** True when somebody has to change something first: asking often would only make noise. */
export function isSlow(failure: KubeFailure): boolean {
  return failure.code === 'invalid' || stateAfter(failure) !== 'disconnected'
}

/** True when the revision to resume from is lost: too old for the server, or from a future it does not know. */
export function losesPosition(failure: KubeFailure): boolean {
  return failure.code === 'gone' || failure.details.some((one) => one.reason === 'ResourceVersionTooLarge')
}
