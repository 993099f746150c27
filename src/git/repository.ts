import { Failure, isFailure } from '../core/failure.ts'
import { nearest } from '../core/nearest.ts'
import { highestInRange, isVersionRange } from '../core/version-range.ts'
import { systemClock } from '../runtime/index.ts'
import { type ChangeTools, pushChange } from './change.ts'
import type {
  Change,
  CommitNote,
  GitRepository,
  OpenOptions,
  Pushed,
  ReadOptions,
  RepositoryWatch,
  Revision,
  TreeFile,
  WatchOptions,
} from './contract.ts'
import type { GitFailureCode } from './failures.ts'
import { defaultRef, Mirror } from './mirror.ts'
import { isObjectId, isRefName } from './ref.ts'
import type { GitContext } from './run-git.ts'
import { TreeListings } from './tree-listings.ts'
import { listTree, readBlobs, readTree, type TreeTools } from './tree.ts'
import { type CheckedUrl, checkUrl } from './url.ts'
import { RefWatch } from './watch.ts'

/**
 * Opens a repository: checks its URL and prepares the mirror, without asking the server. Throws a
 * `GitFailure` where the URL is refused, git is missing or the folder cannot be written.
 */
export async function openRepository(options: OpenOptions): Promise<GitRepository> {
  const url = checkUrl(options.url)
  if ('code' in url) throw url
  if (url.hasPassword) {
    const code: GitFailureCode = 'invalid-url'
    throw new Failure(code, `repository ${url.shown}: its URL holds a password`, {
      hint: 'remove it, and name a credential',
    })
  }
  const closing = new AbortController()
  const context: GitContext = {
    subject: url.shown,
    clock: options.clock ?? systemClock,
    timeoutMs: options.timeoutMs ?? 5 * 60_000,
    closed: closing.signal,
  }
  const mirror = new Mirror(context, url, options)
  await mirror.prepare()
  return new MirroredRepository(context, url, mirror, closing)
}

/** Commits whose notes are held in memory. */
const mostDescribed = 1_000

class MirroredRepository implements GitRepository {
  readonly url: string
  readonly #context: GitContext
  readonly #mirror: Mirror
  readonly #trees: TreeTools
  readonly #closing: AbortController
  readonly #watches = new Set<RepositoryWatch>()
  readonly #described = new Map<string, CommitNote>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: GitContext, url: CheckedUrl, mirror: Mirror, closing: AbortController) {
    this.url = url.shown
    this.#context = context
    this.#mirror = mirror
    this.#trees = { mirror, listings: new TreeListings(mirror, url.shown), subject: url.shown }
    this.#closing = closing
  }

  fetch(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#mirror.fetch(signal))
  }

  async resolve(ref?: string): Promise<Revision> {
    const name = await this.#findRef(ref)
    const found = name === undefined ? undefined : await this.#revisionOf(name)
    if (found !== undefined) return found
    if (ref !== undefined && isObjectId(ref)) return this.#lostCommit(ref)
    const shown = ref ?? 'default branch'
    throw this.#fail('ref-vanished', `there is no ${shown}`, await this.#nearestRef(ref))
  }

  async describe(commit: string): Promise<CommitNote | undefined> {
    this.#requireId(commit)
    const known = this.#described.get(commit)
    if (known !== undefined) return known
    if ((await this.#revisionOf(commit)) === undefined) return undefined
    const args = ['log', '-1', '--no-show-signature', '--format=%s%x00%an%x00%cI', commit, '--']
    const out = await this.#inTurn(() => this.#mirror.run({ action: 'read a commit', args }))
    const [subject = '', author = '', at = ''] = out
      .toString('utf8')
      .trimEnd()
      .split('\0')
      .map((text) => text.replaceAll(/\p{Cc}/gu, ' '))
    const note = { subject, author, at }
    if (this.#described.size >= mostDescribed) this.#described.clear()
    this.#described.set(commit, note)
    return note
  }

  async defaultBranch(): Promise<string | undefined> {
    const args = ['for-each-ref', '--format=%(symref)', defaultRef]
    const out = await this.#inTurn(() => this.#mirror.run({ action: 'find the default branch', args }))
    return /^refs\/heads\/(.+)$/.exec(out.toString('utf8').trim())?.[1]
  }

  async listFiles(commit: string, path: string, options: ReadOptions = {}): Promise<readonly string[]> {
    this.#requireId(commit)
    return this.#inTurn(async () => {
      const entries = await listTree(this.#trees, commit, path, {
        leaveOut: () => true,
        ...options,
        // Nothing of them is read.
        limits: { ...options.limits, bytes: Number.POSITIVE_INFINITY },
      })
      return entries.map((entry) => entry.path)
    })
  }

  async readTree(
    commit: string,
    path: string,
    options: ReadOptions = {},
  ): Promise<ReadonlyMap<string, TreeFile>> {
    this.#requireId(commit)
    return this.#inTurn(() => readTree(this.#trees, commit, path, options))
  }

  async readBytes(
    commit: string,
    path: string,
    options: ReadOptions = {},
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    this.#requireId(commit)
    const files = await this.#inTurn(() => readBlobs(this.#trees, commit, path, options))
    return new Map([...files].map(([file, { content }]) => [file, content]))
  }

  watch(options: WatchOptions): RepositoryWatch {
    const watch = new RefWatch(
      {
        fetch: (signal) => this.fetch(signal),
        resolve: (ref) => this.resolve(ref),
        isAncestor: (old, commit) => this.#isAncestor(old, commit),
      },
      this.#context,
      options,
    )
    this.#watches.add(watch)
    return watch
  }

  push(change: Change, signal?: AbortSignal): Promise<Pushed> {
    const tools: ChangeTools = {
      context: this.#context,
      mirror: this.#mirror,
      fetch: (stop) => this.fetch(stop),
      branch: (name) => this.#revisionOf(`refs/heads/${name}`),
      inTurn: (work) => this.#inTurn(work),
    }
    return pushChange(tools, change, signal)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all([...this.#watches].map((watch) => watch.stop()))
    await this.#last.catch(() => undefined)
  }

  /** Where a ref is in the mirror, as git is asked for it; undefined when it is nowhere. */
  async #findRef(ref: string | undefined): Promise<string | undefined> {
    if (ref === undefined || ref === 'HEAD') return defaultRef
    if (isObjectId(ref)) return ref
    if (isRefName(ref)) {
      const full = /^refs\/(heads|tags)\//.test(ref) ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]
      for (const name of full) if ((await this.#revisionOf(name)) !== undefined) return name
    }
    if (isVersionRange(ref)) {
      const tag = highestInRange(ref, await this.#names('refs/tags'))
      return tag === undefined ? undefined : `refs/tags/${tag}`
    }
    if (isRefName(ref)) return undefined
    throw this.#fail(
      'invalid-ref',
      `${JSON.stringify(ref.slice(0, 100))} is no branch, tag, commit or version range`,
    )
  }

  async #revisionOf(name: string): Promise<Revision | undefined> {
    // By standard input: whatever the name, it is never an option.
    const input = `${name}^{commit}\n${name}^{tree}\n`
    const run = { action: 'resolve a ref', args: ['cat-file', '--batch-check'], input }
    const out = await this.#inTurn(() => this.#mirror.run(run))
    const [commit = '', tree = ''] = out.toString().split('\n')
    const [commitId = '', commitType] = commit.split(' ')
    const [treeId = '', treeType] = tree.split(' ')
    return commitType === 'commit' && treeType === 'tree' ? { commit: commitId, tree: treeId } : undefined
  }

  /** A commit that is not in the mirror: the server may still have it, else it is lost for good (incident 34). */
  async #lostCommit(commit: string): Promise<Revision> {
    const lost = `commit ${commit} is not in the repository any more`
    try {
      await this.#inTurn(() => this.#mirror.fetchCommit(commit))
    } catch (error) {
      if (!isFailure(error, 'commit-lost', 'git-failed', 'corrupt')) throw error
      throw this.#fail('commit-lost', lost, 'point at a branch or tag that holds it')
    }
    const found = await this.#revisionOf(commit)
    if (found === undefined) throw this.#fail('commit-lost', lost, 'point at a branch or tag that holds it')
    return found
  }

  async #isAncestor(old: string, commit: string): Promise<boolean> {
    const known = await this.#revisionOf(old)
    if (known === undefined) return false
    const args = ['rev-list', '--count', '--max-count=1', `${old}`, `^${commit}`]
    const out = await this.#inTurn(() => this.#mirror.run({ action: 'compare commits', args }))
    return out.toString().trim() === '0'
  }

  async #nearestRef(ref: string | undefined): Promise<string | undefined> {
    if (ref === undefined) return 'push a commit, or name a branch'
    const near = nearest(ref, [...(await this.#names('refs/heads')), ...(await this.#names('refs/tags'))])
    return near === undefined ? undefined : `did you mean ${near}?`
  }

  async #names(prefix: string): Promise<string[]> {
    const args = ['for-each-ref', `--format=%(refname)`, prefix]
    const out = await this.#inTurn(() => this.#mirror.run({ action: 'list refs', args }))
    const lines = out
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
    return lines.map((line) => line.slice(prefix.length + 1))
  }

  #requireId(commit: string): void {
    if (!isObjectId(commit)) throw this.#fail('invalid-ref', 'a tree is read by the full ID of its commit')
  }

  /** One git at a time in the mirror: a fetch may replace what another would read. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work, work)
    this.#last = mine.catch(() => undefined)
    return mine
  }

  #fail(code: GitFailureCode, reason: string, hint?: string): Failure<GitFailureCode> {
    return new Failure(code, `repository ${this.url}: ${reason}`, {
      subject: `repository ${this.url}`,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}
