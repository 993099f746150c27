import type { Member, MemberState, Run, RunProgress } from './run.ts'
import { judgeMember, type RunView, type Seen } from './run-view.ts'

/** One look at a run: its progress while it changes. */
export class Look {
  readonly run: Run
  readonly view: RunView
  progress: RunProgress
  readonly #before: RunProgress
  readonly #seen = new Map<string, Seen>()
  #wakeAt: number | undefined

  constructor(run: Run, progress: RunProgress, view: RunView) {
    this.run = run
    this.view = view
    this.progress = progress
    this.#before = progress
  }

  seen(cluster: string): Seen {
    let seen = this.#seen.get(cluster)
    if (seen === undefined) {
      seen = this.view.cluster(cluster)
      this.#seen.set(cluster, seen)
    }
    return seen
  }

  /** Takes over what the released clusters say. */
  judge(): void {
    for (const [cluster, before] of Object.entries(this.progress.members)) this.#judge(cluster, before)
  }

  /** Gives a cluster its turn; what it says of the new rendering counts at once. */
  release(cluster: string): void {
    const { nowText } = this.view
    this.#judge(cluster, { state: 'released', since: nowText, releasedAt: nowText })
  }

  #judge(cluster: string, before: Member): void {
    const pin = this.run.pins[cluster]
    if (pin === undefined) return
    const { healthTimeoutMs } = this.run
    const judged = judgeMember({ pin, healthTimeoutMs, seen: this.seen(cluster) }, before, this.view)
    this.wake(judged.wakeAt)
    this.put(cluster, judged.member)
  }

  put(cluster: string, member: Member): void {
    this.change({ members: { ...this.progress.members, [cluster]: member } })
  }

  change(change: Partial<RunProgress>): void {
    this.progress = { ...this.progress, ...change }
  }

  /** The stage is not settled, or not any more: a soak begins anew. */
  unsettle(): void {
    const { settledAt: _settledAt, ...rest } = this.progress
    this.progress = rest
  }

  /** Says what the run waits for, and when that has to be looked at again. */
  wait(reasons: readonly string[], wakeAt?: number): void {
    this.wake(wakeAt)
    this.change({ waits: reasons })
  }

  wake(at: number | undefined): void {
    if (at !== undefined) this.#wakeAt = Math.min(this.#wakeAt ?? at, at)
  }

  /** Clusters whose failure counts, by name. */
  failed(): string[] {
    const { members, excused } = this.progress
    const failed = this.among(Object.keys(members), 'failed')
    return failed.filter((cluster) => excused?.includes(cluster) !== true).toSorted()
  }

  among(clusters: readonly string[], ...states: readonly MemberState[]): string[] {
    return clusters.filter((cluster) => {
      const state = this.progress.members[cluster]?.state
      return state !== undefined && states.includes(state)
    })
  }

  /** More clusters failed than may: the run stops where it is, or goes back. */
  giveUp(failed: readonly string[]): void {
    const why = this.progress.members[failed[0] ?? '']?.detail
    this.fail(`${namesOf(failed)} failed${why === undefined ? '' : `: ${why}`}`)
  }

  /** Something went wrong that the run's rule is for. */
  fail(reason: string): void {
    if (this.run.onFailure === 'revert') this.goBack(reason)
    else this.change({ state: 'stopped', reason, waits: [] })
  }

  /** Sends released clusters back to what they had. One that had nothing keeps what it got: nothing is deleted unasked. */
  goBack(reason: string): void {
    for (const [cluster, { state }] of Object.entries(this.progress.members)) {
      if (state === 'skipped' || this.run.pins[cluster]?.from === undefined) continue
      this.put(cluster, { state: 'reverted', since: this.view.nowText })
    }
    this.unsettle()
    this.change({ state: 'reverting', reason })
    this.revert()
  }

  /** Ends the way back when every cluster on it stands as before, or is away and will. */
  revert(): void {
    const open = this.among(Object.keys(this.progress.members), 'reverted').filter((cluster) => {
      const from = this.run.pins[cluster]?.from
      const { removed, away, applied, phase, desired } = this.seen(cluster)
      if (from === undefined || removed || away !== undefined) return false
      return applied !== from.variant || desired !== from.variant || phase !== 'applied'
    })
    if (open.length === 0) this.change({ state: 'reverted', waits: [] })
    else this.wait([`going back: ${namesOf(open)}`])
  }

  /** What came of the look. Only a change makes a new time. */
  end(): { progress: RunProgress; wakeAt?: number } {
    const wake = this.#wakeAt === undefined ? {} : { wakeAt: this.#wakeAt }
    if (JSON.stringify(this.progress) === JSON.stringify(this.#before))
      return { progress: this.#before, ...wake }
    return { progress: { ...this.progress, updatedAt: this.view.nowText }, ...wake }
  }
}

/** Some names, for a sentence. */
export function namesOf(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
