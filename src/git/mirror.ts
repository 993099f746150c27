import { writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, isFailure } from '../core/failure.ts'
import { withAccess } from './access.ts'
import type { OpenOptions } from './contract.ts'
import type { GitFailureCode } from './failures.ts'
import { bytesInFlight, countPacks, endLeftoverGit, removeLeftovers } from './leftovers.ts'
import { type Listing, parseListing, type Refs, sameRefs } from './listing.ts'
import { type GitContext, type GitRun, runGit } from './run-git.ts'
import type { CheckedUrl } from './url.ts'

/** Packs after which the mirror is packed anew, so that thousands of small fetches do not pile up. */
const mostPacks = 50

/**
 * The bare copy of a repository on disk. Only one process works in its folder, one operation at a time; what
 * an earlier process left behind when it was killed (locks, half-written packs, a git still running) is
 * cleared away before each fetch, and a damaged copy is made anew (incidents 32 and 33).
 */
export class Mirror {
  readonly #context: GitContext
  readonly #url: CheckedUrl
  readonly #options: OpenOptions
  readonly #folder: string
  readonly #pidFile: string
  #damaged = false

  constructor(context: GitContext, url: CheckedUrl, options: OpenOptions) {
    this.#context = context
    this.#url = url
    this.#options = options
    this.#folder = join(options.cacheDir, 'mirror.git')
    this.#pidFile = join(options.cacheDir, 'git.pid')
  }

  /** Makes the folder, or clears away what a killed process left in it. */
  async prepare(): Promise<void> {
    await this.#guardDisk(async () => {
      await mkdir(this.#options.cacheDir, { recursive: true, mode: 0o700 })
      await endLeftoverGit(this.#folder, this.#pidFile)
      await removeLeftovers(this.#folder)
      const usable = await this.run({
        action: 'open the mirror',
        args: ['rev-parse', '--is-bare-repository'],
      }).then(
        (out) => out.toString().trim() === 'true',
        (error: unknown) => {
          if (isFailure(error, 'corrupt', 'no-repository', 'git-failed')) return false
          throw error
        },
      )
      if (!usable) await this.#create()
    })
  }

  /** Runs git in the mirror, without the network. A damaged mirror is remembered and made anew later. */
  async run(run: Omit<GitRun, 'env'> & Partial<Pick<GitRun, 'env'>>): Promise<Buffer> {
    try {
      const args = [`--git-dir=${this.#folder}`, ...run.args]
      return await runGit(this.#context, { ...run, args, env: { ...run.env, GIT_ALLOW_PROTOCOL: 'none' } })
    } catch (error) {
      if (isFailure(error, 'corrupt')) this.#damaged = true
      throw error
    }
  }

  /** Brings branches, tags and the default branch to what the server has; what it has not is removed. */
  async fetch(signal?: AbortSignal): Promise<void> {
    if (this.#damaged) await this.#remake()
    try {
      await this.#fetchOnce(signal)
    } catch (error) {
      if (!isFailure(error, 'corrupt')) throw error
      await this.#remake()
      await this.#fetchOnce(signal)
    }
  }

  /** Asks the server for one commit that no branch or tag leads to. */
  async fetchCommit(commit: string): Promise<void> {
    await this.#exchange('fetch a commit', [
      'fetch',
      ...fetchOptions,
      '--no-prune',
      '--',
      this.#url.address,
      commit,
    ])
  }

  /**
   * Moves a branch at the server to a commit of the mirror, from exactly `old` (undefined: there must be none). Fails with
   * `moved` where it is elsewhere by now.
   */
  async push(branch: string, old: string | undefined, commit: string, signal?: AbortSignal): Promise<void> {
    const ref = `refs/heads/${branch}`
    const lease = `--force-with-lease=${ref}:${old ?? ''}`
    const args = ['push', '--quiet', '--no-verify', lease, '--', this.#url.address, `${commit}:${ref}`]
    await this.#exchange('push', args, signal)
  }

  /** Calls `use` with the environment that gives git an index of its own, which is gone afterwards. */
  async withIndex<Result>(use: (env: Readonly<Record<string, string>>) => Promise<Result>): Promise<Result> {
    const file = join(this.#options.cacheDir, 'index')
    await rm(file, { force: true })
    try {
      return await use({ GIT_INDEX_FILE: file })
    } finally {
      await rm(file, { force: true })
    }
  }

  async #remake(): Promise<void> {
    await this.#guardDisk(async () => {
      await rm(this.#folder, { recursive: true, force: true })
      await this.#create()
      this.#damaged = false
    })
  }

  async #create(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
    // No template: no sample hooks, no description, nothing of the machine's.
    const args = ['init', '--quiet', '--bare', '--template=', '--', this.#folder]
    await runGit(this.#context, { action: 'make the mirror', args, env: { GIT_ALLOW_PROTOCOL: 'none' } })
  }

  async #fetchOnce(signal?: AbortSignal): Promise<void> {
    await this.#guardDisk(() => removeLeftovers(this.#folder))
    const listing = await this.#exchange(
      'ask for branches',
      ['ls-remote', '--symref', '--', this.#url.address],
      signal,
    )
    const remote = parseListing(listing.toString('utf8'))
    const local = await this.#localRefs()
    if (!sameRefs(remote.refs, local)) await this.#take(remote.refs, local, signal)
    await this.#setDefault(remote)
    await this.#pack(signal)
  }

  /**
   * Takes over what the server lists. git reads a page of HTML with status 200 as a repository without
   * branches, and prunes accordingly; so nothing goes but by a listing that holds something, and what git
   * says to have fetched must then be there (incident 3).
   */
  async #take(remote: Refs, local: Refs, signal?: AbortSignal): Promise<void> {
    if (remote.size === 0) throw this.#disagrees('it lists no branch any more')
    const gone = [...local.keys()].filter((name) => !remote.has(name))
    if (gone.length > 0) {
      const input = gone.map((name) => `delete ${name}\n`).join('')
      await this.run({ action: 'remove branches', args: ['update-ref', '--no-deref', '--stdin'], input })
    }
    const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
    await this.#exchange('fetch', ['fetch', ...fetchOptions, '--', this.#url.address, ...refspecs], signal)
    const now = await this.#localRefs()
    const missed = [...remote].find(
      ([name, commit]) => now.get(name) !== commit && now.get(name) === local.get(name),
    )
    if (missed !== undefined) throw this.#disagrees(`it lists ${missed[0]} and does not give it`)
  }

  #disagrees(what: string): Failure<GitFailureCode> {
    return new Failure(
      'unreachable',
      `repository ${this.#url.shown}: cannot fetch: the server answers, but ${what}`,
      {
        subject: `repository ${this.#url.shown}`,
        hint: 'see what the address answers; what was read before is kept',
        retryable: true,
      },
    )
  }

  /** The refs of the mirror. Asks for their type as well, so that a mirror which lost objects is noticed. */
  async #localRefs(): Promise<Map<string, string>> {
    const format = '--format=%(refname) %(objectname) %(objecttype)'
    const out = await this.run({
      action: 'list branches',
      args: ['for-each-ref', format, 'refs/heads', 'refs/tags'],
    })
    const lines = out
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
    return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']))
  }

  /** Keeps which commit the server's HEAD is at under a name that no branch can have. */
  async #setDefault(remote: Listing): Promise<void> {
    const branch = remote.head !== undefined && remote.refs.has(remote.head) ? remote.head : undefined
    let args: readonly string[]
    if (branch !== undefined) args = ['symbolic-ref', defaultRef, branch]
    else if (remote.detached !== undefined) args = ['update-ref', '--no-deref', defaultRef, remote.detached]
    else args = ['update-ref', '--no-deref', '-d', defaultRef]
    try {
      await this.run({ action: 'note the default branch', args })
    } catch (error) {
      // A detached HEAD may be at a commit that no branch holds, and so was not fetched.
      if (branch !== undefined || remote.detached === undefined) throw error
      await this.fetchCommit(remote.detached)
      await this.run({ action: 'note the default branch', args })
    }
  }

  async #pack(signal?: AbortSignal): Promise<void> {
    if ((await countPacks(this.#folder)) <= mostPacks) return
    // Commits that a force-push left behind stay for two weeks: a rollout may still be pinned to one.
    const args = ['gc', '--quiet', '--prune=2.weeks.ago']
    const onStart = (pid: number): void => this.#notePid(pid)
    try {
      await this.run({
        action: 'pack the mirror',
        args,
        onStart,
        ...(signal === undefined ? {} : { signal }),
      })
    } finally {
      await rm(this.#pidFile, { force: true })
    }
  }

  async #exchange(action: string, args: readonly string[], signal?: AbortSignal): Promise<Buffer> {
    return withAccess(this.#url, this.#options, async (access) => {
      const watch = this.#watchSize()
      try {
        return await runGit(this.#context, {
          action,
          args: [`--git-dir=${this.#folder}`, ...args],
          env: access.env,
          secrets: access.secrets,
          signal: AbortSignal.any([watch.tooLarge, ...(signal === undefined ? [] : [signal])]),
          onStart: (pid) => this.#notePid(pid),
        })
      } catch (error) {
        await removeLeftovers(this.#folder).catch(() => undefined)
        if (!watch.tooLarge.aborted) throw error
        const code: GitFailureCode = 'too-large'
        const limit = this.#maxFetchBytes
        throw new Failure(code, `repository ${this.#url.shown}: cannot ${action}: more than ${limit} bytes`, {
          subject: `repository ${this.#url.shown}`,
          hint: 'make the repository smaller, or raise the limit',
        })
      } finally {
        watch.stop()
        await rm(this.#pidFile, { force: true })
      }
    })
  }

  /** Lets the next process end this git, should ours be killed; at once, because it may be killed at any time. */
  #notePid(pid: number): void {
    try {
      writeFileSync(this.#pidFile, String(pid))
    } catch {
      // On a full disk a git that is left behind ends by its own time-outs.
    }
  }

  get #maxFetchBytes(): number {
    return this.#options.maxFetchBytes ?? 2 * 1024 * 1024 * 1024
  }

  /** Aborts when the packs being written grow beyond the bound, so that no server can fill the disk. */
  #watchSize(): { readonly tooLarge: AbortSignal; stop(): void } {
    const controller = new AbortController()
    let timer: { cancel(): void } | undefined
    let stopped = false
    const look = async (): Promise<void> => {
      if ((await bytesInFlight(this.#folder)) > this.#maxFetchBytes) controller.abort()
      else if (!stopped) start()
    }
    const start = (): void => {
      timer = this.#context.clock.setTimeout(() => void look(), 250)
    }
    start()
    return {
      tooLarge: controller.signal,
      stop: () => {
        stopped = true
        timer?.cancel()
      },
    }
  }

  async #guardDisk(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (isFailure(error)) throw error
      const full =
        error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
      const code: GitFailureCode = full ? 'no-space' : 'git-failed'
      const reason = error instanceof Error ? error.message : String(error)
      throw new Failure(code, `repository ${this.#url.shown}: cannot write its mirror: ${reason}`, {
        subject: `repository ${this.#url.shown}`,
        hint: full ? 'free space below the data folder' : 'check that the data folder can be written',
        retryable: full,
        cause: error,
      })
    }
  }
}

/** The name in the mirror under which the server's default branch is kept. */
export const defaultRef = 'refs/evenkeel/default'

const fetchOptions: readonly string[] =
  '--quiet --force --no-prune --no-tags --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules'.split(
    ' ',
  )
