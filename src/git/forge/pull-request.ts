import type { ForgeKind, PullRequest } from './contract.ts'

/** The request that opens one: path below the API's root, its JSON body, and where the answer has its page. */
export interface PullRequestRequest {
  readonly path: string
  readonly body: Readonly<Record<string, string>>
  readonly page: 'html_url' | 'web_url'
}

/**
 * How each forge wants it. GitHub: `POST /repos/{owner}/{repo}/pulls` (REST API, "Pulls"). Gitea: the same (Swagger
 * `repoCreatePullRequest`). GitLab: `POST /projects/{path}/merge_requests` ("Merge requests API").
 */
export function pullRequestRequest(kind: ForgeKind, wanted: PullRequest): PullRequestRequest {
  const { repository, from, onto, title, text } = wanted
  if (kind === 'gitlab') {
    return {
      path: `/projects/${encodeURIComponent(repository)}/merge_requests`,
      body: { source_branch: from, target_branch: onto, title, description: text },
      page: 'web_url',
    }
  }
  return {
    path: `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/pulls`,
    body: { head: from, base: onto, title, body: text },
    page: 'html_url',
  }
}
