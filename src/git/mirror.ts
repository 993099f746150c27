import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, isFailure } from '../core/failure.ts'
import { withAccess } from './access.ts'
import type { OpenOptions } from './contract.ts'
import type { GitFailureCode } from './failures.ts'
import { isRefName } from './ref.ts'
import { type GitContext, type GitRun, killGroup, runGit } from './run-git.ts'
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
      await this.#endLeftover()
      await this.#clean()
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
  async run(run: Omit<GitRun, 'env'>): Promise<Buffer> {
    try {
      const args = [`--git-dir=${this.#folder}`, ...run.args]
      return await runGit(this.#context, { ...run, args, env: { GIT_ALLOW_PROTOCOL: 'none' } })
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
    await this.#guardDisk(() => this.#clean())
    const listing = await this.#exchange(
      'ask for branches',
      ['ls-remote', '--symref', '--', this.#url.address],
      signal,
    )
    const remote = parseListing(listing.toString('utf8'))
    const local = await this.#localRefs()
    if (!sameRefs(remote.refs, local)) {
      const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
      const args = ['fetch', ...fetchOptions, '--prune', '--', this.#url.address, ...refspecs]
      await this.#exchange('fetch', args, signal)
    }
    await this.#setDefault(remote)
    await this.#pack(signal)
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
    const packs = await namesIn(join(this.#folder, 'objects', 'pack'))
    if (packs.filter((name) => name.endsWith('.pack')).length <= mostPacks) return
    // Commits that a force-push left behind stay for two weeks: a rollout may still be pinned to one.
    const args = ['gc', '--quiet', '--prune=2.weeks.ago']
    await this.run({ action: 'pack the mirror', args, ...(signal === undefined ? {} : { signal }) })
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
          onStart: (pid) => void writeFile(this.#pidFile, String(pid)).catch(() => undefined),
        })
      } catch (error) {
        await this.#clean().catch(() => undefined)
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

  get #maxFetchBytes(): number {
    return this.#options.maxFetchBytes ?? 2 * 1024 * 1024 * 1024
  }

  /** Aborts when the packs being written grow beyond the bound, so that no server can fill the disk. */
  #watchSize(): { readonly tooLarge: AbortSignal; stop(): void } {
    const controller = new AbortController()
    const folder = join(this.#folder, 'objects', 'pack')
    let timer: { cancel(): void } | undefined
    let stopped = false
    const look = async (): Promise<void> => {
      const names = (await namesIn(folder)).filter((name) => name.startsWith('tmp_'))
      const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))))
      if (sizes.reduce((total, size) => total + size, 0) > this.#maxFetchBytes) controller.abort()
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

  /** Ends a git that an earlier process started here and could not stop because it was killed itself. */
  async #endLeftover(): Promise<void> {
    const pid = Number(await readFile(this.#pidFile, 'utf8').catch(() => ''))
    if (!Number.isInteger(pid) || pid < 2) return
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    // The number may belong to somebody else by now; only a git that works in our folder is ours.
    if (command.includes(`--git-dir=${this.#folder}\0`)) killGroup(pid, 'SIGKILL')
    await rm(this.#pidFile, { force: true })
  }

  /** Removes locks and half-written files. Nothing else works in this folder, so all of them are stale. */
  async #clean(): Promise<void> {
    const stale = async (folder: string, isStale: (name: string) => boolean): Promise<void> => {
      const names = (await namesIn(folder)).filter(isStale)
      await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
    }
    const objects = join(this.#folder, 'objects')
    await stale(this.#folder, (name) => name.endsWith('.lock') || name === 'gc.pid')
    await stale(objects, (name) => name.startsWith('tmp_') || name.startsWith('incoming-'))
    await stale(join(objects, 'pack'), (name) => /^(tmp_|\.tmp-)/.test(name))
    await stale(join(objects, 'info', 'commit-graphs'), (name) => name.endsWith('.lock'))
    for (const folder of (await namesIn(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
      await stale(join(objects, folder), (name) => name.startsWith('tmp_obj_'))
    }
    const refs = await readdir(join(this.#folder, 'refs'), { recursive: true }).catch(() => [])
    const locks = refs.filter((name) => name.endsWith('.lock'))
    await Promise.all(locks.map((name) => rm(join(this.#folder, 'refs', name), { force: true })))
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
  '--quiet --force --no-tags --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules'.split(' ')

interface Listing {
  readonly refs: ReadonlyMap<string, string>
  /** The branch that HEAD is at. */
  readonly head: string | undefined
  /** The commit that HEAD is at, where it is at no branch. */
  readonly detached: string | undefined
}

/** Reads `git ls-remote --symref`. Refs with names that git itself would refuse are left out. */
function parseListing(text: string): Listing {
  const refs = new Map<string, string>()
  let head: string | undefined
  let at: string | undefined
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t')
    if (name === 'HEAD' && value.startsWith('ref: ')) head = value.slice('ref: '.length)
    else if (name === 'HEAD') at = value
    else if (/^refs\/(heads|tags)\//.test(name) && !name.endsWith('^{}') && isRefName(name))
      refs.set(name, value)
  }
  return { refs, head, detached: head === undefined ? at : undefined }
}

function sameRefs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, commit]) => b.get(name) === commit)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.size,
    () => 0,
  )
}
