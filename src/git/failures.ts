import type { Failure } from '../core/failure.ts'

/** Everything that can go wrong between us and a repository. */
export type GitFailureCode =
  /** The URL is malformed, or its transport is not allowed. */
  | 'invalid-url'
  /** The text is no branch, tag, commit or version range. */
  | 'invalid-ref'
  /** The path leaves the repository, or is not one. */
  | 'invalid-path'
  /** No answer: name, network, proxy or server. */
  | 'unreachable'
  /** The program took longer than it may. */
  | 'timeout'
  /** Credentials are missing, wrong or without the right. */
  | 'denied'
  /** The server's SSH host key is unknown or has changed. */
  | 'host-key'
  /** The server's certificate is not trusted. */
  | 'tls'
  /** There is no repository at this address. */
  | 'no-repository'
  /** The branch or tag is not there, or not any more. */
  | 'ref-vanished'
  /** The commit is not in the repository any more. */
  | 'commit-lost'
  /** The commit has no such folder or file. */
  | 'path-gone'
  /** More files or bytes than the limit. */
  | 'too-large'
  /** The tree holds what is never read: symbolic links, submodules, `.git`, unsafe names. */
  | 'unsafe-tree'
  /** A file is not UTF-8 text. */
  | 'not-text'
  /** The branch at the server is not where it was; whoever pushes looks again. */
  | 'moved'
  /** The server takes no such commit: a protected branch, a hook. */
  | 'refused'
  /** The disk is full. */
  | 'no-space'
  /** Our copy is damaged; it is made anew at the next fetch. */
  | 'corrupt'
  /** The `git` program cannot be started. */
  | 'no-git'
  /** We were asked to stop. */
  | 'aborted'
  /** Anything else that git says. */
  | 'git-failed'

export type GitFailure = Failure<GitFailureCode>
