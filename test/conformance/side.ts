import type { Json } from '../../src/core/object/index.ts'

/** One HTTP request to an API server. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With the parameters. */
  readonly path: string
  readonly contentType?: string
  readonly accept?: string
  readonly userAgent?: string
  readonly body?: string | Uint8Array
}

/** What is compared of an answer. */
export interface Answer {
  readonly status: number
  readonly warnings: readonly string[]
  readonly body: Json
}

/** An API server that takes part in a comparison. */
export interface Side {
  readonly name: string
  request(request: Request): Promise<Answer>
  /** Lets at least a second go by for the server. */
  tick(): Promise<void>
}
