import type { CommitState, CommitStatus, ForgeKind } from './contract.ts'

/** The request that says a status: path below the API's root, and its JSON body. */
export interface StatusRequest {
  readonly path: string
  readonly body: Readonly<Record<string, string>>
}

/**
 * How each forge wants it said. GitHub: `POST /repos/{owner}/{repo}/statuses/{sha}` (REST API, "Commit statuses", a
 * description of at most 140 characters). Gitea: the same path and words, with `warning` besides (Swagger
 * `repoCreateStatus`); its pages have room for as much as GitLab's.
 * GitLab: `POST /projects/{path}/statuses/{sha}` ("Commits API", a description of at most 255).
 */
export function statusRequest(kind: ForgeKind, status: CommitStatus): StatusRequest {
  const { repository, commit, context, state, description, url } = status
  const link = url === undefined ? {} : { target_url: url }
  if (kind === 'gitlab') {
    return {
      path: `/projects/${encodeURIComponent(repository)}/statuses/${commit}`,
      body: { state: gitlabStates[state], name: context, description: cut(description, 255), ...link },
    }
  }
  const words = kind === 'gitea' ? giteaStates : githubStates
  return {
    path: `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/statuses/${commit}`,
    body: {
      state: words[state],
      context,
      description: cut(description, kind === 'github' ? 140 : 255),
      ...link,
    },
  }
}

const githubStates: Readonly<Record<CommitState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failure',
  ended: 'error',
}

const giteaStates: Readonly<Record<CommitState, string>> = { ...githubStates, ended: 'warning' }

const gitlabStates: Readonly<Record<CommitState, string>> = {
  pending: 'running',
  success: 'success',
  failure: 'failed',
  ended: 'canceled',
}

/** By code points, so that no character is halved. */
function cut(text: string, most: number): string {
  const points = Array.from(text)
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`
}
