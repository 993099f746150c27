import { reasonOf } from '../core/failure.ts'
import { apiFailure } from './api-failure.ts'
import { failureOfAnswer, jsonOf } from './client-problem.ts'
import { type Follow, type FollowOptions, followEvents } from './follow-events.ts'
import { problemType } from './problems.ts'
import type { Route, RouteInput, RouteOutput } from './route.ts'
import { clientHeader, type RouteName, type Routes, routes } from './routes.ts'

/** The part of the platform's `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface ClientOptions {
  /** Where the hub is: `http://127.0.0.1:7480`. */
  readonly url: string
  /** Without it the browser's session speaks: the page comes from the hub itself. */
  readonly token?: string
  readonly fetch: Fetch
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** The same key gives the same answer, however often a write is sent. A new one for each call without it. */
  readonly idempotencyKey?: string
}

type Methods = {
  readonly [Name in RouteName]: (
    ...args: {} extends RouteInput<Routes[Name]>
      ? [input?: RouteInput<Routes[Name]>, options?: CallOptions]
      : [input: RouteInput<Routes[Name]>, options?: CallOptions]
  ) => Promise<RouteOutput<Routes[Name]>>
}

/** A method for every route, and the stream of events. */
export type Client = Methods & {
  /** Events after `after`, then those that come; reconnects by itself until the signal aborts. */
  follow(options: FollowOptions): Follow
}

interface LooseInput {
  readonly params?: { readonly [name: string]: string }
  readonly query?: { readonly [name: string]: unknown }
  readonly body?: unknown
}

/**
 * A client of the hub. Its methods throw the hub's own `Failure`, `hub-unreachable` when no answer comes, and
 * `bad-answer` when one comes that does not fit the route.
 */
export function createClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, '')
  const headers: Readonly<Record<string, string>> =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
  const call = async (route: Route, input: LooseInput, { signal, idempotencyKey }: CallOptions) => {
    const init: RequestInit = { method: route.method.toUpperCase(), redirect: 'error' }
    const sent: Record<string, string> = { ...headers, accept: `application/json, ${problemType}` }
    if (signal !== undefined) init.signal = signal
    if (route.method === 'post') {
      sent['content-type'] = 'application/json'
      sent[clientHeader] = '1'
      init.body = JSON.stringify(input.body ?? {})
      if (route.write === true) sent['idempotency-key'] = idempotencyKey ?? crypto.randomUUID()
    }
    init.headers = sent
    const response = await answerOf(options.fetch, base, `${base}${pathOf(route, input)}`, init)
    return readAnswer(route, response)
  }
  const methods = Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (input: LooseInput = {}, callOptions: CallOptions = {}) => call(route, input, callOptions),
    ]),
  )
  const follow = (followOptions: FollowOptions): Follow =>
    followEvents(
      (path, init) => answerOf(options.fetch, base, `${base}${path}`, init),
      headers,
      followOptions,
    )
  // The table gives every name its method; what each takes and answers follows from its route.
  return { ...methods, follow } as unknown as Client
}

async function answerOf(fetch: Fetch, base: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    throw apiFailure('hub-unreachable', `hub ${base}: no answer: ${deepReason(error)}`, {
      hint: 'see whether the hub runs, and whether --hub or the local hub is the one that is meant',
      cause: error,
      retryable: true,
    })
  }
}

/** `fetch failed` says nothing; what it failed on stands in the cause. */
function deepReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const reason = cause === undefined ? reasonOf(error) : reasonOf(cause)
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return reason === '' ? code : reason
}

async function readAnswer(route: Route, response: Response): Promise<unknown> {
  if (!response.ok) throw await failureOfAnswer(response)
  const parsed = route.response.safeParse(await jsonOf(response))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`
  throw apiFailure('bad-answer', `hub: ${route.method} ${route.path}: cannot read the answer: ${where}`, {
    hint: 'use a client of the same version as the hub',
  })
}

function pathOf(route: Route, input: LooseInput): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = input.params?.[name]
    // The type demands every parameter; an empty one would name another route.
    if (value === undefined || value === '') throw apiFailure('invalid-request', `${name} is empty`)
    return encodeURIComponent(value)
  })
  const query = queryOf(input.query ?? {})
  return query === '' ? path : `${path}?${query}`
}

function queryOf(query: { readonly [name: string]: unknown }): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  return search.toString()
}
