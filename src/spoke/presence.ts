import { type Failure, isFailure, reasonOf } from '../core/failure.ts'
import type { WatchState } from '../kube/index.ts'
import type { Clock, Timer } from '../runtime/index.ts'
import type { ClusterFacts } from '../core/facts/index.ts'
import type { ClusterReport, ReachState, ReportSink } from './ports.ts'

/** Without a sign of life for so long a cluster is unreachable (ux §3). */
const silenceMs = 90_000
const reportMs = 15_000

/**
 * Whether a cluster can be believed: when it last gave a sign of life, and why it does not. Silence turns
 * into `unreachable` by itself; nothing else is needed for that.
 */
export class Presence {
  readonly #clock: Clock
  readonly #reports: ReportSink
  readonly #onReach: (reach: ReachState, message: string) => void
  #lastSeen: number | undefined
  #reach: ReachState = 'connecting'
  #since: number
  #failure: ClusterReport['failure']
  /** Why single watches are not live, by kind. */
  readonly #watchFailures = new Map<string, NonNullable<ClusterReport['failure']>>()
  #known: Pick<ClusterReport, 'clusterId' | 'version' | 'failedGroups' | 'facts' | 'factsAt'> = {
    failedGroups: [],
  }
  #reported = 0
  #timer: Timer | undefined

  constructor(clock: Clock, reports: ReportSink, onReach: (reach: ReachState, message: string) => void) {
    this.#clock = clock
    this.#reports = reports
    this.#onReach = onReach
    this.#since = clock.now()
  }

  start(): void {
    this.#report()
    this.#arm()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** A watch, list or read was answered. */
  alive(): void {
    this.#lastSeen = this.#clock.now()
    if (this.#reach !== 'reachable') this.#become('reachable', undefined)
    else if (this.#lastSeen - this.#reported >= reportMs) this.#report()
  }

  /** A question of our own was answered: what hindered the last one is over. */
  answered(): void {
    const news = this.#reach === 'reachable' && this.#failure !== undefined
    this.#failure = undefined
    this.alive()
    if (news) this.#report()
  }

  /** What the connected cluster is. */
  connected(known: Pick<ClusterReport, 'clusterId' | 'version' | 'failedGroups'>): void {
    this.#known = { ...this.#known, ...known }
    this.#watchFailures.clear()
    this.#lastSeen = this.#clock.now()
    this.#become('reachable', undefined)
  }

  /** What was discovered about the cluster. */
  discovered(facts: ClusterFacts, factsAt: string): void {
    const isNews = facts !== this.#known.facts
    this.#known = { ...this.#known, facts, factsAt }
    if (isNews) this.#report()
  }

  /** What the cluster could not tell of what it serves. Answers whether it tells some of it again. */
  gaps(failedGroups: readonly string[]): boolean {
    const before = this.#known.failedGroups
    if (before.join() === failedGroups.join()) return false
    this.#known = { ...this.#known, failedGroups }
    this.#report()
    return before.some((group) => !failedGroups.includes(group))
  }

  /** The cluster could not be reached, or was refused because it is another one. */
  failed(error: unknown): void {
    const refused = isFailure(error, 'wrong-cluster')
    this.#failure = described(error)
    if (refused) this.#become('refused', this.#failure)
    else if (this.#lastSeen === undefined || this.#isSilent()) this.#become('unreachable', this.#failure)
    else this.#report()
  }

  /** The state of the watch of a kind. What hinders one is told until that one is live again. */
  watchState(apiVersion: string, kind: string, state: WatchState): void {
    const what = `${apiVersion} ${kind}`
    if (state.kind === 'live') {
      if (this.#watchFailures.delete(what)) this.#report()
      return
    }
    if (state.failure === undefined) return
    if (isFailure(state.failure, 'wrong-cluster')) {
      this.failed(state.failure)
      return
    }
    const failure = described(state.failure)
    this.#watchFailures.set(what, { ...failure, message: `watching ${what}: ${failure.message}` })
    this.#report()
  }

  /** The kind is not watched any more: what hindered that is no news. */
  watchEnded(apiVersion: string, kind: string): void {
    this.#watchFailures.delete(`${apiVersion} ${kind}`)
  }

  get #hindrance(): ClusterReport['failure'] {
    const [first] = this.#watchFailures.values()
    return this.#failure ?? first
  }

  #isSilent(): boolean {
    return this.#lastSeen === undefined || this.#clock.now() - this.#lastSeen >= silenceMs
  }

  #become(reach: ReachState, failure: ClusterReport['failure']): void {
    const changed = this.#reach !== reach
    this.#failure = failure
    if (changed) {
      this.#reach = reach
      this.#since = this.#clock.now()
    }
    this.#report()
    if (changed) this.#onReach(reach, failure?.message ?? '')
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#reach === 'reachable' && this.#isSilent()) {
        const seconds = Math.round(silenceMs / 1000)
        const silent = { code: 'unreachable', message: `no sign of life for ${seconds} s` }
        this.#become('unreachable', this.#hindrance ?? silent)
      }
      this.#arm()
    }, reportMs)
  }

  #report(): void {
    this.#reported = this.#clock.now()
    const seen = this.#lastSeen
    const failure = this.#hindrance
    this.#reports.cluster({
      reach: this.#reach,
      since: new Date(this.#since).toISOString(),
      ...this.#known,
      ...(seen === undefined ? {} : { lastSeen: new Date(seen).toISOString() }),
      ...(failure === undefined ? {} : { failure }),
    })
  }
}

function described(error: unknown): NonNullable<ClusterReport['failure']> {
  if (!isFailure(error)) return { code: 'bug', message: reasonOf(error) }
  const { code, message, hint } = error as Failure
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}
