import type { Json } from '../../src/core/object/index.ts'
import type { ClientResult } from '../../tools/kubernetes/index.ts'

/** One HTTP request to an API server. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With the parameters. */
  readonly path: string
  readonly contentType?: string
  readonly accept?: string
  readonly userAgent?: string
  readonly body?: string | Uint8Array
  readonly ifNoneMatch?: string
}

/** What is compared of an answer. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly warnings: readonly string[]
  readonly body: Json
  /** Not compared, only used. */
  readonly etag?: string
}

/** A watch that is open: its events as they arrive. */
export interface OpenWatch {
  /** The next event; undefined when the stream has ended. */
  next(): Promise<Json | undefined>
  close(): Promise<void>
}

/** An API server that takes part in a comparison. */
export interface Side {
  readonly name: string
  request(request: Request): Promise<Answer>
  /** Opens a watch; an answer that is none ends at once, and stands in `answer`. */
  watch(request: Request): Promise<OpenWatch & { readonly answer: Answer }>
  /** Runs the real kubectl as the administrator. */
  kubectl(args: readonly string[], stdin?: string): Promise<ClientResult>
  /** Runs the real helm as the administrator. */
  helm(args: readonly string[]): Promise<ClientResult>
  /** Lets at least a second go by for the server. */
  tick(): Promise<void>
}
