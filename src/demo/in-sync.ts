import type { Client } from '../api/index.ts'
import type { Clock } from '../runtime/index.ts'

/** How far the clusters of a demo have come. */
export interface Progress {
  readonly clusters: number
  /** In sync, and nothing waits any more. */
  readonly inSync: number
}

const everyMs = 1_000

/**
 * Waits until every cluster is in sync and nothing is pending, twice in a row. `onProgress` is told of every look that shows something
 * new. Where a demo is gone on with, what differs may wait for a decision: then it is enough that every cluster is known and
 * at rest. Answers the last look, and ends early when `signal` aborts.
 */
export async function untilInSync(
  client: Pick<Client, 'status'>,
  {
    clock,
    signal,
    onProgress,
    goesOn = false,
  }: {
    clock: Clock
    signal: AbortSignal
    onProgress: (progress: Progress) => void
    goesOn?: boolean
  },
): Promise<Progress | undefined> {
  let shown = ''
  let wasDone = false
  while (!signal.aborted) {
    // A hub that is busy may be late with an answer; the next look asks again.
    const found = await look(client, signal, goesOn).catch(() => undefined)
    if (found !== undefined) {
      const text = `${found.progress.inSync}/${found.progress.clusters}`
      if (text !== shown) onProgress(found.progress)
      shown = text
      // Where facts decide a placement, a cluster may be done for a moment before it gets the rest.
      if (found.isDone && wasDone) return found.progress
      wasDone = found.isDone
    }
    await clock.sleep(everyMs, signal)
  }
  return undefined
}

async function look(client: Pick<Client, 'status'>, signal: AbortSignal, goesOn: boolean) {
  const { clusters, states } = await client.status({ query: {} }, { signal })
  const inSync = states['in-sync'] ?? 0
  const moving = (states.unreachable ?? 0) + (states['in-progress'] ?? 0)
  const isDone = goesOn ? moving === 0 : inSync === clusters
  return { progress: { clusters, inSync }, isDone: clusters > 0 && isDone }
}
