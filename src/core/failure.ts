/**
 * The one error class for expected failures. A bug throws a plain `Error`; everything that can happen to a
 * correct program (a refused write, a broken file, a cluster that is down) is a `Failure`.
 *
 * The message says subject, failed action, current against wanted, in that order; the hint says what to do
 * next. Neither ever holds a secret value.
 */
export class Failure<Code extends string = string> extends Error {
  readonly code: Code
  /** What to do next, as one sentence in the imperative. */
  readonly hint: string | undefined
  /** What the failure is about, as people name it: `Deployment shop/web`, `cluster prod-eu-3`. */
  readonly subject: string | undefined
  /** True when the same action may succeed later without anybody changing anything. */
  readonly retryable: boolean
  /** The parts of a failure that has several causes, such as the fields that a server rejected. */
  readonly details: readonly FailureDetail[]

  constructor(code: Code, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.hint = options.hint
    this.subject = options.subject
    this.retryable = options.retryable ?? false
    this.details = options.details ?? []
  }
}

/** One part of a failure: where (a field path or a file position) and what. */
export interface FailureDetail {
  readonly where: string
  readonly message: string
  /** The server's machine-readable reason, such as `FieldValueInvalid`, where there is one. */
  readonly reason?: string
}

export interface FailureOptions {
  readonly hint?: string
  readonly cause?: unknown
  readonly subject?: string
  readonly retryable?: boolean
  readonly details?: readonly FailureDetail[]
}

/** True when `error` is a `Failure`, with one of `codes` where any are given. */
export function isFailure<Code extends string>(error: unknown, ...codes: Code[]): error is Failure<Code> {
  return error instanceof Failure && (codes.length === 0 || codes.some((code) => code === error.code))
}

/** The text of anything that was thrown, for a message that continues with it. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return String(error)
}
