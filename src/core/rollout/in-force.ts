import type { Pin, RunRecord } from './run.ts'

/** What a cluster is to have now because of a run, before settings are added. */
export interface InForce {
  readonly variant: string
  readonly revision: string
  readonly mode: Pin['mode']
  readonly complete: boolean
}

/** What a run puts on one of its clusters now: its own rendering once released, what was there before until then. */
export function inForce({ run, progress }: RunRecord, cluster: string): InForce | undefined {
  const pin = run.pins[cluster]
  if (pin === undefined) return undefined
  const state = progress.members[cluster]?.state
  if (state === undefined || state === 'skipped' || state === 'reverted') return pin.from
  const { variant, mode, complete } = pin
  return { variant, mode, complete, revision: run.revision }
}
