import { type Failure, isFailure, reasonOf } from '../core/failure.ts'
import type { WatchState } from '../kube/index.ts'
import type { Clock, Timer } from '../runtime/index.ts'
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
  #facts: Pick<ClusterReport, 'clusterId' | 'version' | 'failedGroups'> = { failedGroups: [] }
  #reported = 0
  #timer: Timer | undefined

  constructor(clock: Clock, reports: ReportSink, onReach: (reach: ReachState, message: string) => void) {
    this.#clock = clock
    this.#reports = reports
    this.#onReach = onReach
    this.#since = clock.now()
  }

  get reach(): ReachState {
    return this.#reach
  }

  get lastSeen(): number | undefined {
    return this.#lastSeen
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

  /** What the connected cluster is. */
  connected(facts: Pick<ClusterReport, 'clusterId' | 'version' | 'failedGroups'>): void {
    this.#facts = facts
    this.#lastSeen = this.#clock.now()
    this.#become('reachable', undefined)
  }

  /** What the cluster could not tell of what it serves. Answers whether it tells some of it again. */
  gaps(failedGroups: readonly string[]): boolean {
    const before = this.#facts.failedGroups
    if (before.join() === failedGroups.join()) return false
    this.#facts = { ...this.#facts, failedGroups }
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

  watchState(apiVersion: string, kind: string, state: WatchState): void {
    if (state.kind === 'live') return
    if (state.failure === undefined) return
    if (isFailure(state.failure, 'wrong-cluster')) {
      this.failed(state.failure)
      return
    }
    const failure = described(state.failure)
    this.#failure = { ...failure, message: `watching ${apiVersion} ${kind}: ${failure.message}` }
    this.#report()
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
        this.#become('unreachable', this.#failure ?? silent)
      }
      this.#arm()
    }, reportMs)
  }

  #report(): void {
    this.#reported = this.#clock.now()
    const seen = this.#lastSeen
    this.#reports.cluster({
      reach: this.#reach,
      since: new Date(this.#since).toISOString(),
      ...this.#facts,
      ...(seen === undefined ? {} : { lastSeen: new Date(seen).toISOString() }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    })
  }
}

function described(error: unknown): NonNullable<ClusterReport['failure']> {
  if (!isFailure(error)) return { code: 'bug', message: reasonOf(error) }
  const { code, message, hint } = error as Failure
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}
