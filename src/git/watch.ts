import { Failure, isFailure } from '../core/failure.ts'
import type { RepositoryState, RepositoryWatch, Revision, WatchOptions } from './contract.ts'
import type { GitFailure, GitFailureCode } from './failures.ts'
import type { GitContext } from './run-git.ts'

/** What a watch needs of its repository. */
export interface Watched {
  fetch(signal: AbortSignal): Promise<void>
  resolve(ref?: string): Promise<Revision>
  isAncestor(old: string, commit: string): Promise<boolean>
}

/**
 * Looks at a ref again and again. Truth is what a look finds; a webhook only makes it happen sooner, so a
 * lost one costs no more than the interval (incident 36). What was last seen stays known while the server is
 * away or the ref is gone.
 */
export class RefWatch implements RepositoryWatch {
  readonly #watched: Watched
  readonly #context: GitContext
  readonly #options: WatchOptions
  readonly #stopping = new AbortController()
  readonly #loop: Promise<void>
  #wake = new AbortController()
  #looking: Promise<RepositoryState> | undefined
  #next: Promise<RepositoryState> | undefined
  #state: RepositoryState = { kind: 'starting' }

  constructor(watched: Watched, context: GitContext, options: WatchOptions) {
    this.#watched = watched
    this.#context = context
    this.#options = options
    this.#loop = this.#run()
  }

  get state(): RepositoryState {
    return this.#state
  }

  /** A look that begins after this call, so that it sees what the caller knows of. */
  look(): Promise<RepositoryState> {
    if (this.#looking === undefined) return this.#begin()
    const current = this.#looking
    this.#next ??= current.then(() => {
      this.#next = undefined
      return this.#looking ?? this.#begin()
    })
    return this.#next
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake.abort()
    await this.#loop
    await this.#looking
  }

  async #run(): Promise<void> {
    const interval = this.#options.intervalMs ?? 30_000
    while (!this.#stopping.signal.aborted) {
      await this.look()
      // Spread, so that many repositories of one server do not ask in step.
      const wait = interval * (0.9 + 0.2 * Math.random())
      await this.#context.clock.sleep(wait, AbortSignal.any([this.#stopping.signal, this.#wake.signal]))
      this.#wake = new AbortController()
    }
  }

  #begin(): Promise<RepositoryState> {
    const look = this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    this.#looking = look
    return look
  }

  async #lookOnce(): Promise<RepositoryState> {
    if (this.#stopping.signal.aborted) return this.#state
    const before = this.#state
    const next = await this.#find(before)
    if (next === undefined || this.#stopping.signal.aborted) return this.#state
    this.#state = next
    if (isNews(before, next)) this.#options.onState(next, before)
    return next
  }

  async #find(before: RepositoryState): Promise<RepositoryState | undefined> {
    const last = lastOf(before)
    const now = this.#context.clock.now()
    try {
      await this.#watched.fetch(this.#stopping.signal)
      const revision = await this.#watched.resolve(this.#options.ref)
      const seen = this.#context.clock.now()
      if (last !== undefined && last.commit !== revision.commit) {
        const forward = await this.#watched.isAncestor(last.commit, revision.commit)
        return forward
          ? { kind: 'ok', revision, seen }
          : { kind: 'force-pushed', old: last.commit, revision, seen }
      }
      return before.kind === 'force-pushed' ? { ...before, seen } : { kind: 'ok', revision, seen }
    } catch (error) {
      if (isFailure(error, 'aborted') && this.#stopping.signal.aborted) return undefined
      if (isFailure(error, 'ref-vanished')) {
        const since = before.kind === 'ref-vanished' ? before.since : now
        return { kind: 'ref-vanished', since, ref: this.#options.ref ?? 'default branch', last }
      }
      const failure = asGitFailure(error)
      return { kind: 'unreachable', since: before.kind === 'unreachable' ? before.since : now, failure, last }
    }
  }
}

function lastOf(state: RepositoryState): Revision | undefined {
  if (state.kind === 'starting') return undefined
  return state.kind === 'ok' || state.kind === 'force-pushed' ? state.revision : state.last
}

function isNews(before: RepositoryState, next: RepositoryState): boolean {
  if (before.kind !== next.kind) return true
  if (next.kind === 'unreachable')
    return before.kind === 'unreachable' && before.failure.code !== next.failure.code
  return lastOf(before)?.commit !== lastOf(next)?.commit
}

/** A fault that is no `Failure` is a bug; the watch goes on and shows it. */
function asGitFailure(error: unknown): GitFailure {
  if (error instanceof Failure) return error as GitFailure
  const code: GitFailureCode = 'git-failed'
  return new Failure(code, error instanceof Error ? error.message : String(error), { cause: error })
}
