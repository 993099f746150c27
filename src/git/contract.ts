import type { Clock } from '../runtime/index.ts'
import type { GitFailure } from './failures.ts'

/** A secret for one repository. It reaches git by a file or the environment, never by an argument. */
export type GitSecret =
  /** HTTP basic authentication; most forges take any user name beside a token. */
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** HTTP bearer token. */
  | { readonly kind: 'token'; readonly token: string }
  /** SSH key and the host keys that the server may have, in `known_hosts` form. */
  | { readonly kind: 'ssh'; readonly privateKey: string; readonly knownHosts: string }

/** A credential by name. It is read anew for each use, so that a changed file takes effect. */
export interface GitCredential {
  readonly name: string
  read(): Promise<GitSecret>
}

export interface OpenOptions {
  /** `https://…`, `ssh://…`, `user@host:path`, `file:///…` or an absolute path. */
  readonly url: string
  /** A folder that only this repository's mirror uses, and only one process at a time. */
  readonly cacheDir: string
  readonly credential?: GitCredential
  readonly clock?: Clock
  /** Milliseconds that one exchange with the server may take; five minutes without it. */
  readonly timeoutMs?: number
  /** Bytes that one fetch may write; 2 GiB without it. */
  readonly maxFetchBytes?: number
  /** A file with certificate authorities to trust besides the system's. */
  readonly caFile?: string
}

/** A commit, with the tree that it holds (safety incident 5). */
export interface Revision {
  readonly commit: string
  readonly tree: string
}

/** What a commit says of itself. */
export interface CommitNote {
  /** The first line of its message. */
  readonly subject: string
  /** The name of who wrote it, without an address. */
  readonly author: string
  /** When it was committed, RFC 3339. */
  readonly at: string
}

/** One file of a commit. */
export interface TreeFile {
  readonly text: string
  /** The blob's object ID: equal IDs are equal texts. */
  readonly blob: string
}

export interface ReadLimits {
  readonly files: number
  readonly bytes: number
  readonly depth: number
}

export interface ReadOptions {
  readonly limits?: Partial<ReadLimits>
  /** Which files are read; all without it. Links are refused even where they are not selected. */
  readonly select?: (path: string) => boolean
  /** Where links and other unsafe entries are left out instead of refusing the whole path; nowhere without it. */
  readonly leaveOut?: (path: string) => boolean
  readonly signal?: AbortSignal
}

/** What is known about the watched ref. Every state but the first says what was last seen, where anything was. */
export type RepositoryState =
  /** Not looked yet. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'ok'; readonly revision: Revision; readonly seen: number }
  /** The branch was rewritten: `old` is no ancestor of the new revision. Holds until the next change. */
  | {
      readonly kind: 'force-pushed'
      readonly old: string
      readonly revision: Revision
      readonly seen: number
    }
  | {
      readonly kind: 'unreachable'
      readonly since: number
      readonly failure: GitFailure
      readonly last: Revision | undefined
    }
  | {
      readonly kind: 'ref-vanished'
      readonly since: number
      readonly ref: string
      readonly last: Revision | undefined
    }

export interface WatchOptions {
  /** Branch, tag or version range; the repository's own default branch without it. */
  readonly ref?: string
  /** Milliseconds between looks, jittered by a tenth; 30 seconds without it. */
  readonly intervalMs?: number
  /** Called after each change of state, with the state before. */
  readonly onState: (state: RepositoryState, before: RepositoryState) => void
}

export interface RepositoryWatch {
  readonly state: RepositoryState
  /** Looks at once, for a webhook or a person; ends when the state is up to date. */
  look(): Promise<RepositoryState>
  stop(): Promise<void>
}

/** What is to become one commit of a branch. */
export interface Change {
  /** Names what asks for it, in letters, digits, dots and dashes: one commit per intent, however often it is pushed. */
  readonly intent: string
  /** A branch of the server. Where there is none, it is made from the branch `from`. */
  readonly branch: string
  readonly from?: string
  /**
   * The files as they are to be, by path, made from this revision; undefined removes one. Called again whenever somebody
   * else's commit came first.
   */
  readonly edit: (revision: Revision) => Promise<ReadonlyMap<string, string | undefined>>
  readonly message: string
  readonly author: { readonly name: string; readonly email: string }
}

/** What came of a change. */
export interface Pushed {
  /** The commit that holds it. */
  readonly commit: string
  /** False where the branch held it already. */
  readonly isNew: boolean
}

/**
 * A repository as we see it: a bare mirror, never a work tree. Methods throw a `GitFailure` for everything
 * that can happen to a correct caller.
 */
export interface GitRepository {
  /** The URL without credentials. */
  readonly url: string
  /** Brings the mirror up to date with the server. */
  fetch(signal?: AbortSignal): Promise<void>
  /** What `ref` (branch, tag, full commit ID, version range; the default branch without it) is in the mirror. */
  resolve(ref?: string): Promise<Revision>
  /** What a commit says of itself; undefined for one that is not in the mirror. */
  describe(commit: string): Promise<CommitNote | undefined>
  /** The name of the server's default branch; undefined where its HEAD is at none. */
  defaultBranch(): Promise<string | undefined>
  /** The paths of all plain files of a commit below `path`, unread. */
  listFiles(commit: string, path: string, options?: ReadOptions): Promise<readonly string[]>
  /** The texts of a commit's files below `path`, by their path in the repository. */
  readTree(commit: string, path: string, options?: ReadOptions): Promise<ReadonlyMap<string, TreeFile>>
  /** The same as they are, whether they are texts or not. */
  readBytes(commit: string, path: string, options?: ReadOptions): Promise<ReadonlyMap<string, Uint8Array>>
  watch(options: WatchOptions): RepositoryWatch
  /**
   * Makes a change a commit at the server, onto the newest state and never over it. Fails with `refused` where the server
   * takes no such commit, and with `moved` where others are faster for ever.
   */
  push(change: Change, signal?: AbortSignal): Promise<Pushed>
  /** Stops watches and running git programs. */
  close(): Promise<void>
}
