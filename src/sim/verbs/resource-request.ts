import type { User } from '../access/index.ts'
import type { ServedResource } from '../discovery/index.ts'

/** A request that is about objects of a resource. */
export interface ResourceRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly resource: ServedResource
  /** Empty for the objects themselves. */
  readonly subresource: string
  /** Empty where none is named. */
  readonly namespace: string
  /** Empty for the whole collection. */
  readonly name: string
  readonly query: URLSearchParams
  readonly accept: string
  readonly contentType: string
  readonly userAgent: string
  readonly body: Uint8Array
  readonly user: User
}
