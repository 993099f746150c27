/**
 * Git repositories, read and written through the `git` program by a bare mirror.
 *
 * Never checks out, so hooks, filters and submodules have nowhere to run; refuses transports other than
 * HTTPS, SSH and local files, symbolic links, and every URL, ref or path that could be taken for something
 * else. Key invariant: what is returned for a commit is exactly what the commit's tree holds, or a failure;
 * a repository that cannot be reached is never an empty one.
 */
export type {
  Change,
  CommitNote,
  GitCredential,
  GitRepository,
  GitSecret,
  OpenOptions,
  Pushed,
  RepositoryState,
  RepositoryWatch,
  Revision,
} from './contract.ts'
export type { GitFailure, GitFailureCode } from './failures.ts'
export { cleanPath } from './path.ts'
export { openRepository } from './repository.ts'
export { checkUrl } from './url.ts'
