import { createHash } from 'node:crypto'
import { isFailure } from '../../core/failure.ts'
import type { Problem } from '../../core/problem.ts'
import type { GitRepository } from '../../git/index.ts'
import { closure, type Closure } from '../../render/index.ts'
import { readRemoteBase, type RemoteBase } from './remote-base.ts'

export interface FetchRemotesOptions {
  /** Opens a repository; with a credential only where the fleet lists this very address with one. */
  readonly open: (url: string) => Promise<GitRepository>
  /** Hosts that may be named although they mean this machine or its surroundings. */
  readonly allowedHosts?: readonly string[]
  readonly signal?: AbortSignal
}

/** Where the remote bases of a kustomization, and those of them, now are. */
export interface FetchedRemotes {
  /** By path beside the files of the source. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The folder among `files` for each reference, as it is written. */
  readonly folders: ReadonlyMap<string, string>
  /** Which commit each reference was. */
  readonly commits: ReadonlyMap<string, string>
  /** An error keeps the source from being rendered; a warning is a reference that changes by itself. */
  readonly problems: readonly Problem[]
}

type RemoteReference = Closure['remotes'][number]

/** Remote bases that one source may bring along, with theirs. */
const mostRemotes = 50
const root = 'evenkeel-remote-bases'

/**
 * Fetches the remote bases of a source through git, before the rendering: each at one commit, with the folders that it
 * refers to in its own repository, and the remote bases of those. What cannot be fetched is a problem at the line that
 * names it, and what was fetched does not count then.
 */
export async function fetchRemotes(
  remotes: readonly RemoteReference[],
  options: FetchRemotesOptions,
): Promise<FetchedRemotes> {
  const files = new Map<string, Uint8Array>()
  const folders = new Map<string, string>()
  const commits = new Map<string, string>()
  const problems: Problem[] = []
  const queue = [...remotes]
  const upToDate = new Set<string>()
  for (let at = 0; at < queue.length; at += 1) {
    const remote = queue[at]
    if (remote === undefined || folders.has(remote.reference)) continue
    const problem = (message: string, hint: string | undefined, severity: Problem['severity'] = 'error') =>
      problems.push({
        file: remote.file,
        line: remote.line,
        subject: 'source',
        message: `${remote.reference}: ${message}`,
        ...(hint === undefined ? {} : { hint }),
        severity,
      })
    if (folders.size >= mostRemotes) {
      problem(`more than ${mostRemotes} remote bases`, 'commit some of them to the repository')
      break
    }
    const base = readRemoteBase(remote.reference, options.allowedHosts)
    if ('message' in base) {
      problem(base.message, base.hint)
      continue
    }
    try {
      const fetched = await fetchBase(base, options, upToDate)
      const mount = `${root}/${createHash('sha256').update(`${base.url}@${fetched.commit}`).digest('hex').slice(0, 16)}`
      for (const [path, bytes] of fetched.files) files.set(`${mount}/${path}`, bytes)
      folders.set(remote.reference, base.path === '' ? mount : `${mount}/${base.path}`)
      commits.set(remote.reference, fetched.commit)
      if (!fetched.pinned) {
        const now = `it is commit ${fetched.commit} now`
        problem(`changes by itself: ${now}`, `pin it with ?ref=${fetched.commit}, or to a tag`, 'warning')
      }
      problems.push(...fetched.problems)
      queue.push(...fetched.remotes)
    } catch (error) {
      if (!isFailure(error)) throw error
      problem(error.message, error.hint)
    }
  }
  return { files, folders, commits, problems }
}

/** `upToDate` holds the repositories that were asked already, so that each is asked once for a source. */
async function fetchBase(base: RemoteBase, options: FetchRemotesOptions, upToDate: Set<string>) {
  const repository = await options.open(base.url)
  const isCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(base.ref ?? '')
  const known = isCommit ? await commitOf(repository, base.ref) : undefined
  if (known === undefined && !upToDate.has(base.url)) {
    await repository.fetch(options.signal)
    upToDate.add(base.url)
  }
  const { commit } = await repository.resolve(base.ref)
  const pinned = isCommit || (await isTag(repository, base.ref))
  const read = (folder: string) => repository.readBytes(commit, folder)
  const { files, remotes, problems } = await closure(base.path, read)
  return { commit, pinned, files, remotes, problems }
}

/** What a ref is in the mirror as it is; undefined where the mirror does not have it. */
async function commitOf(repository: GitRepository, ref: string | undefined): Promise<string | undefined> {
  return repository.resolve(ref).then(
    ({ commit }) => commit,
    () => undefined,
  )
}

/** True for a tag that no branch hides: a branch of the same name is what git would take. */
async function isTag(repository: GitRepository, ref: string | undefined): Promise<boolean> {
  if (ref === undefined) return false
  const name = ref.replace(/^refs\/tags\//, '')
  if ((await commitOf(repository, `refs/tags/${name}`)) === undefined) return false
  return name !== ref || (await commitOf(repository, `refs/heads/${name}`)) === undefined
}
