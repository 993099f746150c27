import type { z } from 'zod'
import type { Privilege } from './hub-view.ts'

export type Method = 'get' | 'post'

/**
 * What a caller needs for a route: a privilege; `self` for what everybody may ask about themselves; `nothing` for what a
 * browser asks before anybody has signed in; or `signature` for a route whose callers have no token and sign each request
 * instead. Such a caller holds no privilege, so it reaches this one route and no other.
 */
export type Access = Privilege | 'self' | 'nothing' | 'signature'

/**
 * What a changing route is about, by which it is decided whether its caller may: what is stored under the names in its path
 * (`cluster`, `bundle`, `plan`, `run`, `freeze`, `job`) or its body (`objects` of clusters, `clusters` by names or rule), or the
 * `hub` as a whole.
 */
export type RouteTarget =
  | 'cluster'
  | 'bundle'
  | 'plan'
  | 'run'
  | 'freeze'
  | 'job'
  | 'objects'
  | 'clusters'
  | 'hub'

/** The privileges whose answers hold what their caller may look at, and nothing else. */
type Looking = 'read' | 'self' | 'nothing' | 'signature'

/** One route of the API. There is none without a privilege, and no change without a target: the type demands both. */
export type Route = RouteShape &
  (
    | { readonly privilege: Looking; readonly target?: never }
    | { readonly privilege: Exclude<Access, Looking>; readonly target: RouteTarget }
  )

interface RouteShape {
  readonly method: Method
  /** With `{name}` for each parameter. */
  readonly path: `/api/v1/${string}`
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response: z.ZodType
  /** True for a route that changes something: it takes an idempotency key. */
  readonly write?: boolean
  /** The largest body in bytes; 1 MiB without it. */
  readonly bodyLimit?: number
}

/** The names between braces in a path. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never

/** What a caller gives for a route: `params`, `query` and `body` as far as it has them. */
export type RouteInput<R extends Route> = (PathParams<R['path']> extends never
  ? { readonly params?: never }
  : { readonly params: { readonly [Name in PathParams<R['path']>]: string } }) &
  (R extends { readonly query: infer Query extends z.ZodType }
    ? { readonly query?: z.input<Query> }
    : { readonly query?: never }) &
  (R extends { readonly body: infer Body extends z.ZodType }
    ? { readonly body: z.input<Body> }
    : { readonly body?: never })

/** What a route answers. */
export type RouteOutput<R extends Route> = z.output<R['response']>
