import { Failure, type FailureOptions } from '../core/failure.ts'

/** Why the hub did not do what a request asked, or why its client got no answer. */
export type ApiCode =
  /** 400: the request does not fit its schema; `details` say where. */
  | 'invalid-request'
  /** 401: no token, or one that is not known. */
  | 'unauthenticated'
  /** 403: the caller's privileges do not reach this far. */
  | 'not-allowed'
  /** 403: a page of another origin sent the request, or one that does not say that it means it. */
  | 'cross-origin'
  /** 404: there is nothing of that name, or the caller may not know that there is. */
  | 'not-found'
  /** 405: the path is known, but not with this method. */
  | 'method-not-allowed'
  /** 409: what the request was made for is no longer so. */
  | 'changed'
  /** 409: the cluster answers with another identity than the request names. */
  | 'wrong-cluster'
  /** 409: the idempotency key was used for another request. */
  | 'key-reused'
  /** 412: the confirmation does not satisfy the guard of the target. */
  | 'confirmation-needed'
  /** 413: the body is larger than this route takes. */
  | 'too-large'
  /** 415: the body is not JSON. */
  | 'unsupported-media'
  /** 421: the Host header is not one that this hub answers to. */
  | 'wrong-host'
  /** 500: a bug in the hub; the log knows it by the request id. */
  | 'internal'
  /** 503: something that the hub needs is not there yet or any more. */
  | 'not-ready'
  /** No answer came from the hub. */
  | 'hub-unreachable'
  /** An answer came that no hub of this version gives. */
  | 'bad-answer'

/** A failure of the API, on either side. */
export function apiFailure(code: ApiCode, message: string, options: FailureOptions = {}): Failure<ApiCode> {
  return new Failure(code, message, options)
}
