import type { Failure } from '../../core/failure.ts'

/** The forges whose API is spoken. */
export const forgeKinds = ['github', 'gitlab', 'gitea'] as const

export type ForgeKind = (typeof forgeKinds)[number]

/** How far something has come with a commit. `ended` is neither good nor bad: something newer took its place. */
export type CommitState = 'pending' | 'success' | 'failure' | 'ended'

/** What is said of one commit under one name; saying it again with the same name replaces what was said. */
export interface CommitStatus {
  /** The repository's path on the forge: `owner/name`, on GitLab with all its groups. */
  readonly repository: string
  /** 40 or 64 hexadecimal digits. */
  readonly commit: string
  /** The name of the status, such as `evenkeel/checkout`. */
  readonly context: string
  readonly state: CommitState
  /** One sentence; what a forge has no room for is cut. */
  readonly description: string
  /** A page that tells more; `http` or `https`. */
  readonly url?: string
}

/** A change on a branch that somebody is to look at before it goes onto another. */
export interface PullRequest {
  /** The repository's path on the forge, as in a status. */
  readonly repository: string
  /** The branch that has the change, and the one that is to have it. */
  readonly from: string
  readonly onto: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}

export interface ForgeOptions {
  readonly kind: ForgeKind
  /** The root of its API: `https://api.github.com`, `https://gitlab.com/api/v4`, `https://gitea.example.com/api/v1`. */
  readonly api: string
  /** Read anew for each request; sent to the API's origin only. */
  readonly token: () => Promise<string>
  /** A file with certificate authorities to trust besides the system's. */
  readonly caFile?: string | undefined
}

/** Everything that can go wrong between us and a forge. */
export type ForgeFailureCode =
  /** No answer: name, network, proxy, certificate or server. */
  | 'unreachable'
  /** The token is wrong, has run out, or has not the right. */
  | 'denied'
  /** There is no such repository or commit, or the token may not see it. */
  | 'not-found'
  /** Too many requests; `retryable`. */
  | 'limited'
  /** The forge refuses what was said, in its words. */
  | 'refused'

export type ForgeFailure = Failure<ForgeFailureCode>

/** One forge. */
export interface Forge {
  /** Says a status of a commit. Throws a `ForgeFailure`; a retryable one may go away by itself. */
  setStatus(status: CommitStatus, signal?: AbortSignal): Promise<void>
  /** Opens a pull request and gives the address of its page. Throws a `ForgeFailure`. */
  openPullRequest(wanted: PullRequest, signal?: AbortSignal): Promise<string>
  /** Ends its connections. */
  close(): Promise<void>
}
