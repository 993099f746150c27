/**
 * Forges: what GitHub, GitLab and Gitea offer beside Git, over their HTTP APIs.
 *
 * It knows nothing of fleets and runs: it is told a repository, a commit and a sentence. It refuses to follow a redirect,
 * because a token is for one origin. Key invariant: what is said twice is said once: a status replaces the one that has
 * the same name on the same commit.
 */
export {
  type CommitState,
  type CommitStatus,
  type Forge,
  type ForgeFailure,
  type ForgeKind,
  forgeKinds,
  type PullRequest,
} from './contract.ts'
export { openForge } from './open-forge.ts'
