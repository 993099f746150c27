import type { FailureDetail } from '../../core/failure.ts'
import { type FieldConflict, type KubeCode, KubeFailure } from '../failure.ts'
import { fieldConflictsOf } from './field-conflicts.ts'
import { type Status, type StatusCause, statusOf } from './status.ts'
import type { RequestSubject } from './subject.ts'

/** An answer as it came, with the body read to its end. */
export interface RawAnswer {
  readonly status: number
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
  readonly body: Buffer
}

/**
 * The failure that an answer other than 2xx stands for. An answer without a Status was not given by an API
 * server that understood the request: only its HTTP status is believed, and of a 404 not even that.
 *
 * For Secrets no text of the server is passed on, because validation and decoding errors quote what was sent.
 */
export function failureOf(answer: RawAnswer, subject: RequestSubject): KubeFailure {
  const status = statusIn(answer)
  const code = codeOf(answer, status, subject)
  const conflicts = status === undefined ? [] : fieldConflictsOf(status.causes)
  const why = whyOf(answer, status, code, conflicts, subject)
  return new KubeFailure(code, `${subject.name}: cannot ${subject.action}${why}`, {
    subject: subject.name,
    status: answer.status,
    reason: status?.reason,
    conflicts,
    details: detailsOf(status, conflicts, subject),
    retryable: retryable.has(code),
    retryAfterMs: retryAfterOf(answer, status),
    ...(hints[code] === undefined ? {} : { hint: hints[code] }),
  })
}

/** True when the answer says that this very object, and not its kind or namespace, is not there. */
export function saysAbsent(answer: RawAnswer, subject: RequestSubject): boolean {
  return answer.status === 404 && isAbsence(statusIn(answer), subject)
}

/** The failure in an ERROR event of a watch. */
export function failureOfErrorEvent(object: unknown, subject: RequestSubject): KubeFailure {
  const status = statusOf(object)
  return failureOf(
    { status: status?.code ?? 500, headers: {}, body: Buffer.from(JSON.stringify(object ?? null)) },
    subject,
  )
}

function statusIn(answer: RawAnswer): Status | undefined {
  try {
    return statusOf(JSON.parse(answer.body.toString()))
  } catch {
    return undefined
  }
}

function isAbsence(status: Status | undefined, subject: RequestSubject): boolean {
  const { object } = subject
  if (status === undefined || object === undefined || status.reason !== 'NotFound') return false
  return status.name === object.name && status.kind === object.plural && status.group === object.group
}

function codeOf(answer: RawAnswer, status: Status | undefined, subject: RequestSubject): KubeCode {
  switch (answer.status) {
    case 400:
    case 422:
      return status === undefined ? 'bad-answer' : 'invalid'
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return notFoundCode(answer, status, subject)
    case 406:
    case 415:
      return 'unsupported-media'
    case 409:
      return conflictCode(status)
    case 410:
      return 'gone'
    case 413:
      return 'too-large'
    case 429:
      return 'rate-limited'
    default:
      if (answer.status >= 500) return isTypeError(status) ? 'invalid' : 'server-error'
      return 'bad-answer'
  }
}

/**
 * A server-side apply with a field of the wrong type or outside the schema is answered 500 without a reason
 * (kubernetes#139253), though repeating it can never help.
 */
function isTypeError(status: Status | undefined): boolean {
  return status !== undefined && status.reason === undefined && typeErrors.test(status.message)
}

const typeErrors = /^failed to create typed patch object/

function notFoundCode(answer: RawAnswer, status: Status | undefined, subject: RequestSubject): KubeCode {
  if (status === undefined) {
    // The plain text that Go's multiplexer gives for a path that nothing serves.
    return answer.body.toString().trim() === '404 page not found' ? 'unknown-kind' : 'bad-answer'
  }
  if (isAbsence(status, subject)) return 'not-found'
  return status.name === undefined ? 'unknown-kind' : 'not-found'
}

function conflictCode(status: Status | undefined): KubeCode {
  if (status === undefined) return 'bad-answer'
  if (status.reason === 'AlreadyExists') return 'already-exists'
  const applied = status.causes.some((cause) => cause.reason === 'FieldManagerConflict')
  return applied ? 'apply-conflict' : 'conflict'
}

const retryable: ReadonlySet<KubeCode> = new Set([
  'rate-limited',
  'server-error',
  'bad-answer',
  'conflict',
  'gone',
])

const hints: { readonly [code in KubeCode]?: string } = {
  unauthorized: 'renew the credential of this cluster',
  forbidden: 'grant the right with the generated ClusterRole, or use another credential',
  'unknown-kind': 'install the CustomResourceDefinition or API service that serves the kind',
  'apply-conflict':
    'remove the fields from the bundle, or take ownership with ek drift heal --take-ownership',
  conflict: 'read the object again and repeat',
  invalid: 'correct the named fields in the fleet repository',
  'too-large': 'split the object: etcd stores at most about 1.5 MB',
  'bad-answer': 'check that the address is that of an API server and not of a proxy or login page',
}

function whyOf(
  answer: RawAnswer,
  status: Status | undefined,
  code: KubeCode,
  conflicts: readonly FieldConflict[],
  subject: RequestSubject,
): string {
  if (code === 'apply-conflict') return conflictText(conflicts)
  if (code === 'rate-limited' && status === undefined) return ': the server has too many requests at once'
  if (code === 'unknown-kind') return ': the server does not serve the kind'
  if (status === undefined)
    return `: the answer is ${answer.status} with ${kindOfBody(answer)}, not a Kubernetes Status`
  if (!subject.secret)
    return `: ${status.message === '' ? (status.reason ?? String(answer.status)) : status.message}`
  const fields = status.causes.map((cause) => cause.field).filter((field) => field !== '')
  return `: ${status.reason ?? answer.status}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}`
}

function conflictText(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts
  if (first !== undefined && conflicts.length === 1) return ` ${first.path}: owned by "${first.manager}"`
  const named = conflicts.slice(0, 5).map((one) => `${one.path} ("${one.manager}")`)
  const more = conflicts.length > 5 ? ` and ${conflicts.length - 5} more` : ''
  return ` ${conflicts.length} fields owned by others: ${named.join(', ')}${more}`
}

function kindOfBody(answer: RawAnswer): string {
  if (answer.body.length === 0) return 'an empty body'
  const type = [answer.headers['content-type']].flat()[0] ?? 'no content type'
  return `a body of ${type.slice(0, 60)}`
}

function detailsOf(
  status: Status | undefined,
  conflicts: readonly FieldConflict[],
  subject: RequestSubject,
): FailureDetail[] {
  if (conflicts.length > 0) {
    return conflicts.map((one) => ({
      where: one.path,
      message: `owned by "${one.manager}"`,
      reason: 'FieldManagerConflict',
    }))
  }
  return (status?.causes ?? []).map((cause) => ({
    where: cause.field,
    message: subject.secret ? hiddenMessage(cause) : cause.message,
    ...(cause.reason === '' ? {} : { reason: cause.reason }),
  }))
}

function hiddenMessage(cause: StatusCause): string {
  return cause.reason === '' ? 'rejected' : cause.reason
}

/** `Retry-After` in seconds or as a date is what proxies send too; API servers send seconds. */
function retryAfterOf(answer: RawAnswer, status: Status | undefined): number | undefined {
  const header = [answer.headers['retry-after']].flat()[0]
  const seconds =
    header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : status?.retryAfterSeconds
  return seconds === undefined ? undefined : seconds * 1000
}
