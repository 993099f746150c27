import { isFailure } from '../../core/failure.ts'
import { formatProblem, type Problem } from '../../core/problem.ts'
import { hasEnded, type RunRecord } from '../../core/rollout/index.ts'
import type { CommitStatus, Forge } from '../../git/forge/index.ts'
import { Backoff, type Clock, redactText, WorkQueue } from '../../runtime/index.ts'
import { placeOfRepository } from '../webhooks/index.ts'
import { type Said, statusOfRun } from './status-of-run.ts'

export interface CommitStatusesOptions {
  /** The forges by the host of their repositories. */
  readonly forges: ReadonlyMap<string, Forge>
  /** The root of the hub's pages; statuses link there. */
  readonly publicUrl: string | undefined
  readonly clock: Clock
  /** A forge that does not take what it is told, said once until it takes something again. */
  readonly onProblem: (message: string) => void
}

interface Wanted {
  readonly host: string
  readonly status: CommitStatus
}

/** How long news of one status are gathered: a forge is told a few words a minute, not each cluster. */
const gatherMs = 300
const betweenMs = 5_000
/** A forge that is away is asked again for about a day. */
const mostAttempts = 100
/** Ended runs that are told again after a start: they may have ended just before it. */
const recentMs = 3_600_000
/** Of more statuses it is forgotten that they were said; saying one again does no harm. */
const mostSaid = 5_000
const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * Tells forges what became of commits. The newest words of a status count, and are said again until the forge has taken
 * them or refuses them; what a forge does never holds up a run.
 */
export class CommitStatuses {
  readonly #options: CommitStatusesOptions
  readonly #queue: WorkQueue
  readonly #wanted = new Map<string, Wanted>()
  /** What forges have taken, the newest last. */
  readonly #said = new Map<string, { readonly words: string; readonly at: number }>()
  readonly #waits = new Map<string, Backoff>()
  readonly #troubled = new Set<string>()
  readonly #stopping = new AbortController()

  constructor(options: CommitStatusesOptions) {
    this.#options = options
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: 4,
      run: (key) => this.#say(key),
      onError: (key, error) => this.#failed(key, error),
    })
  }

  /** A run began, went on or ended. `url` is its repository; undefined for what is in none. */
  run(record: RunRecord, url: string | undefined): void {
    const { bundle, id, revision } = record.run
    const page = `bundles/${encodeURIComponent(bundle)}/runs/${id}`
    this.#tell(url, revision, `evenkeel/${bundle}`, statusOfRun(record), page)
  }

  /** What is told again after a start: runs that still change, and those that ended a short while ago. */
  again(record: RunRecord, url: string | undefined): void {
    const { state, updatedAt } = record.progress
    const isOld = this.#options.clock.now() - Date.parse(updatedAt) > recentMs
    if (!hasEnded(state) || !isOld) this.run(record, url)
  }

  /** A commit of the fleet repository was read and rendered. */
  fleet(url: string, revision: string, problems: readonly Problem[], clusters: number): void {
    const errors = problems.filter(({ severity }) => severity === 'error')
    const [first] = errors
    const said: Said =
      first === undefined
        ? {
            state: 'success',
            description: `read and rendered for ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`,
          }
        : {
            state: 'failure',
            description: `${errors.length} ${errors.length === 1 ? 'problem' : 'problems'}: ${formatProblem(first)}`,
          }
    this.#tell(url, revision, 'evenkeel/fleet', said, 'fleet')
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#queue.stop()
    await Promise.all([...this.#options.forges.values()].map((forge) => forge.close()))
  }

  #tell(url: string | undefined, commit: string, context: string, said: Said, page: string): void {
    const place = url === undefined ? undefined : placeOfRepository(url)
    if (place === undefined || !commitPattern.test(commit)) return
    const host = place.slice(0, place.indexOf('/'))
    if (!this.#options.forges.has(host)) return
    const { publicUrl, clock } = this.#options
    const status: CommitStatus = {
      repository: place.slice(host.length + 1),
      commit,
      context,
      state: said.state,
      description: redactText(said.description),
      ...(publicUrl === undefined ? {} : { url: `${publicUrl.replace(/\/+$/, '')}/${page}` }),
    }
    const key = JSON.stringify([place, commit, context])
    const before = this.#said.get(key)
    if (before?.words === JSON.stringify(status)) return
    this.#wanted.set(key, { host, status })
    const sinceMs = before === undefined ? betweenMs : clock.now() - before.at
    this.#queue.add(key, said.state === 'pending' ? Math.max(gatherMs, betweenMs - sinceMs) : gatherMs)
  }

  async #say(key: string): Promise<void> {
    const wanted = this.#wanted.get(key)
    const forge = wanted === undefined ? undefined : this.#options.forges.get(wanted.host)
    if (wanted === undefined || forge === undefined) return
    const { host, status } = wanted
    await forge.setStatus(status, this.#stopping.signal)
    this.#troubled.delete(host)
    this.#waits.delete(key)
    this.#said.delete(key)
    this.#said.set(key, { words: JSON.stringify(status), at: this.#options.clock.now() })
    for (const oldest of this.#said.keys()) {
      if (this.#said.size <= mostSaid) break
      this.#said.delete(oldest)
    }
    if (this.#wanted.get(key) === wanted) this.#wanted.delete(key)
  }

  #failed(key: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return
    const host = this.#wanted.get(key)?.host ?? ''
    if (!this.#troubled.has(host)) {
      this.#troubled.add(host)
      this.#options.onProblem(redactText(error instanceof Error ? error.message : String(error)))
    }
    const wait = this.#waits.get(key) ?? new Backoff({ baseMs: 2_000, maxMs: 15 * 60_000 })
    this.#waits.set(key, wait)
    const mayPass = !isFailure(error) || error.retryable
    if (mayPass && wait.attempts < mostAttempts) {
      this.#queue.add(key, 1_000 + wait.next())
      return
    }
    this.#wanted.delete(key)
    this.#waits.delete(key)
  }
}
