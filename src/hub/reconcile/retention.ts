import type { Clock, Log, Timer } from '../../runtime/index.ts'
import type { HubConfig } from '../config/index.ts'
import type { Store } from '../store/index.ts'
import { fleetContentName } from './fleet/fleet-record.ts'

const dayMs = 86_400_000
const everyMs = 6 * 3_600_000
const firstMs = 10 * 60_000

/** Jobs beyond the newest so many are forgotten, however young they are. */
const mostJobs = 1_000

/** How full quotas were is kept so long: the trend goes no further back. */
const quotaMs = 30 * dayMs

/** Renderings that nothing is assigned to are kept so long: a revert finds them again. */
const contentMs = 30 * dayMs

/**
 * Forgets, a few times a day, what is older than `retention` says (hub "Operation"): ended drift, activity, renderings
 * that nothing uses. What is open, waits or is in force stays however old it is.
 */
export function startRetention(options: {
  readonly config: HubConfig
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}): { stop(): void } {
  const { clock, log } = options
  let timer: Timer
  const next = (ms: number): void => {
    timer = clock.setTimeout(() => {
      forgetOld(options).catch((error: unknown) => log.warn('old data could not be forgotten', { error }))
      next(everyMs)
    }, ms)
  }
  next(firstMs)
  return { stop: () => timer.cancel() }
}

/** One pass of retention. */
export async function forgetOld({
  config,
  store,
  clock,
}: {
  readonly config: HubConfig
  readonly store: Store
  readonly clock: Clock
}): Promise<void> {
  const ago = (ms: number): string => new Date(clock.now() - ms).toISOString()
  const { days, events } = config.retention
  await store.drift.forget(ago(days * dayMs))
  await store.events.forget(ago(days * dayMs), events)
  await store.runs.forget(ago(days * dayMs))
  await store.answers.forget(ago(dayMs))
  await store.recorded.forget(ago(days * dayMs))
  await store.quotas.forget(ago(quotaMs))
  await store.jobs.forget(ago(days * dayMs), mostJobs)
  const kept = await store.assignments.variants()
  for (const variant of await store.runs.variants()) kept.add(variant)
  for (const variant of await store.bundleStates.appliedVariants()) kept.add(variant)
  const fleet = await fleetContentName(store)
  if (fleet !== undefined) kept.add(fleet)
  await store.content.forget(ago(contentMs), kept)
}
