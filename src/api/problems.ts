import { z } from 'zod'
import { Failure, isFailure } from '../core/failure.ts'
import type { ApiCode } from './api-failure.ts'

/** Media type of a problem (RFC 9457). */
export const problemType = 'application/problem+json'

/** What the hub answers instead of what was asked (RFC 9457). */
export const problemDetailsSchema = z
  .object({
    type: z.string().describe('urn:evenkeel:problem:<code>'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('Subject, failed action, current against wanted'),
    code: z.string(),
    hint: z.string().optional().describe('What to do next'),
    details: z
      .array(z.object({ where: z.string(), message: z.string(), reason: z.string().optional() }))
      .optional(),
    retryable: z.boolean().optional(),
    requestId: z.string(),
  })
  .meta({ id: 'ProblemDetails' })

export type ProblemDetails = z.infer<typeof problemDetailsSchema>

const apiStatuses: Readonly<Record<ApiCode, number>> = {
  'invalid-request': 400,
  unauthenticated: 401,
  'not-allowed': 403,
  'cross-origin': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  changed: 409,
  'wrong-cluster': 409,
  'key-reused': 409,
  'confirmation-needed': 412,
  'too-large': 413,
  'unsupported-media': 415,
  'wrong-host': 421,
  internal: 500,
  'not-ready': 503,
  'hub-unreachable': 502,
  'bad-answer': 502,
}

/** Codes of the layers below: what a cluster, a repository or the store did to a request. */
const statuses: ReadonlyMap<string, number> = new Map([
  ...Object.entries(apiStatuses),
  // Kubernetes
  ['unreachable', 502],
  ['timeout', 504],
  ['tls', 502],
  // The cluster refused the hub; 401 and 403 would say that the hub refused its caller.
  ['unauthorized', 502],
  ['forbidden', 502],
  ['unknown-kind', 404],
  ['already-exists', 409],
  ['conflict', 409],
  ['apply-conflict', 409],
  ['gone', 409],
  ['invalid', 422],
  ['rate-limited', 503],
  ['server-error', 502],
  ['bad-kubeconfig', 502],
  ['refused-kubeconfig', 502],
  ['no-credential', 502],
  ['refused-identity', 502],
  // Git
  ['invalid-url', 422],
  ['invalid-ref', 422],
  ['invalid-path', 422],
  ['denied', 502],
  ['host-key', 502],
  ['no-repository', 502],
  ['ref-vanished', 502],
  ['commit-lost', 502],
  ['moved', 409],
  ['refused', 502],
  ['path-gone', 502],
  ['unsafe-tree', 422],
  ['not-text', 422],
  ['no-space', 507],
  ['corrupt', 502],
  ['no-git', 503],
  ['aborted', 503],
  ['git-failed', 502],
  // The engine
  ['fenced', 409],
  ['read-only', 403],
  ['superseded', 409],
  ['no-content', 503],
  ['discovery-failed', 502],
  ['no-such-kind', 422],
  ['claimed-twice', 409],
  ['owned-elsewhere', 409],
  ['adoption-needed', 409],
  ['fields-owned', 409],
  ['wave-timeout', 504],
  ['not-connected', 502],
  // The hub and its store
  ['store-locked', 503],
  ['store-full', 507],
  ['store-unreachable', 503],
  ['store-failed', 503],
  ['bad-audit', 400],
  ['no-agent', 502],
  ['unreachable-issuer', 502],
])

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Confirmation needed',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Wrong host',
  422: 'Rejected',
  500: 'Internal error',
  502: 'Something behind the hub failed',
  503: 'Not ready',
  504: 'Something behind the hub did not answer in time',
  507: 'The store is full',
}

/** The HTTP status of a failure code; 500 for one that has none of its own. */
export function statusOf(code: string): number {
  return statuses.get(code) ?? 500
}

/**
 * Anything that was thrown, as a problem. A `Failure` says what it says; everything else is a bug, of which only
 * the request id leaves the hub.
 */
export function problemOf(error: unknown, requestId: string): ProblemDetails {
  if (!isFailure(error)) {
    const detail = 'the hub failed to answer; its log has the cause under the request id'
    return { ...headOf('internal'), detail, requestId }
  }
  return {
    ...headOf(error.code),
    detail: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details.length === 0 ? {} : { details: error.details.map((one) => ({ ...one })) }),
    ...(error.retryable ? { retryable: true } : {}),
    requestId,
  }
}

function headOf(code: string) {
  const status = statusOf(code)
  return { type: `urn:evenkeel:problem:${code}`, title: titles[status] ?? 'Error', status, code }
}

/** The request id under which the hub's log knows a failure; undefined where no hub answered. */
export function requestIdOf(error: unknown): string | undefined {
  const problem = problemDetailsSchema.safeParse(error instanceof Error ? error.cause : undefined)
  return problem.success ? problem.data.requestId : undefined
}

/** The failure that a problem tells of, on the client's side; the problem itself is its cause. */
export function failureOfProblem(problem: ProblemDetails): Failure {
  return new Failure(problem.code, problem.detail, {
    cause: problem,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    details: (problem.details ?? []).map(({ where, message, reason }) =>
      reason === undefined ? { where, message } : { where, message, reason },
    ),
    retryable: problem.retryable ?? false,
  })
}
