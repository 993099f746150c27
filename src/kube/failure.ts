import { Failure, type FailureOptions } from '../core/failure.ts'

/** Why a cluster, or the way to it, did not do what was asked. */
export type KubeCode =
  /** No connection, or it broke before an answer came; says nothing about what the server did. */
  | 'unreachable'
  /** An answer did not come in time; says nothing about what the server did. */
  | 'timeout'
  /** The server's certificate does not stand for its address, or ours was refused. */
  | 'tls'
  /** 401: the credential is wrong, expired or missing, also after it was fetched afresh. */
  | 'unauthorized'
  /** 403: the credential is known but may not do this, or admission forbids it. */
  | 'forbidden'
  /** 404 for one object, or for the namespace that it should stand in. */
  | 'not-found'
  /** 404 for the whole kind: the server does not serve this group, version or resource. */
  | 'unknown-kind'
  /** 409 AlreadyExists: the name is taken. */
  | 'already-exists'
  /** 409: the object is not the one, or not in the state, that the request was made for. */
  | 'conflict'
  /** 409 of a server-side apply: others own fields with other values; `conflicts` names them. */
  | 'apply-conflict'
  /** 410: the resourceVersion or continue token lies before the server's memory. */
  | 'gone'
  /** 400 or 422: the server rejects what was sent; `details` hold its causes. */
  | 'invalid'
  /** 413, or a body larger than we are willing to hold. */
  | 'too-large'
  /** 429, and it stayed so for as long as we were willing to wait. */
  | 'rate-limited'
  /** 406 or 415: the server does not speak the form that was sent or asked for. */
  | 'unsupported-media'
  /** 5xx, or 504 for a resourceVersion that the server has not reached. */
  | 'server-error'
  /** An answer that no API server gives: HTML, another kind, a list without items, a cut-off body. */
  | 'bad-answer'
  /** The address answers with the identity of another cluster. */
  | 'wrong-cluster'
  /** The kubeconfig cannot be read, or lacks what it names. */
  | 'bad-kubeconfig'
  /** The kubeconfig asks for something that its origin may not have: a program, a file, a loopback address. */
  | 'refused-kubeconfig'
  /** The program or file that should give a credential gave none. */
  | 'no-credential'
  /** An identity to impersonate that is empty, reserved or could forge a header. */
  | 'refused-identity'

/** One field that another manager owns with another value (engine F7). */
export interface FieldConflict {
  /** As the server prints it: `.spec.replicas`. */
  readonly path: string
  readonly manager: string
  /** The version the manager wrote in; undefined for managers that apply. */
  readonly apiVersion: string | undefined
  /** Undefined for the main endpoint. */
  readonly subresource: string | undefined
  /** When the manager last wrote, as the server prints it; Update managers only. */
  readonly time: string | undefined
}

interface KubeFailureOptions extends FailureOptions {
  readonly conflicts?: readonly FieldConflict[] | undefined
  readonly status?: number | undefined
  readonly reason?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** A request to a cluster that failed. Its texts never hold a credential or a value of a Secret. */
export class KubeFailure extends Failure<KubeCode> {
  /** The fields that others hold; empty unless the code is `apply-conflict`. */
  readonly conflicts: readonly FieldConflict[]
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** The `reason` of the server's Status, such as `NamespaceTerminating`. */
  readonly reason: string | undefined
  /** How long the server asked us to wait. */
  readonly retryAfterMs: number | undefined

  constructor(code: KubeCode, message: string, options: KubeFailureOptions = {}) {
    super(code, message, options)
    this.name = 'KubeFailure'
    this.conflicts = options.conflicts ?? []
    this.status = options.status
    this.reason = options.reason
    this.retryAfterMs = options.retryAfterMs
  }
}

/** True when `error` is a `KubeFailure`, with one of `codes` where any are given. */
export function isKubeFailure(error: unknown, ...codes: KubeCode[]): error is KubeFailure {
  return error instanceof KubeFailure && (codes.length === 0 || codes.includes(error.code))
}
