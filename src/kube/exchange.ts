import type { Clock } from '../runtime/index.ts'
import { failureOf, type RawAnswer, type RequestSubject } from './answer/index.ts'
import type { Connection } from './connection/index.ts'
import { isKubeFailure, type KubeFailure } from './failure.ts'
import type { StreamOptions, StreamSink, Transport, WireRequest } from './transport/index.ts'

/** One call to the API server, before credentials are added. */
export interface Call {
  readonly method: WireRequest['method']
  readonly path: string
  readonly query?: { readonly [name: string]: string | undefined }
  readonly accept?: string
  readonly contentType?: string
  readonly body?: string
  readonly subject: RequestSubject
  /** True when doing it twice is the same as doing it once; only such calls are ever repeated. */
  readonly idempotent: boolean
  /** Statuses other than 2xx that the caller reads itself. */
  readonly expected?: readonly number[]
  readonly headers?: { readonly [name: string]: string }
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface ExchangeOptions {
  /** Group-versions that were found not to stream lists; shared by all views of a client. */
  readonly withoutStreamingLists: Set<string>
  readonly clock: Clock
  readonly userAgent: string
  /** A number in [0, 1): clients that were turned away together must not come back together. */
  readonly random: () => number
  readonly log: (message: string, fields: { readonly [name: string]: unknown }) => void
}

const defaultTimeoutMs = 60_000
const maxRepeats = 20
const maxWaitMs = 60_000
const minWaitMs = 1_000

/**
 * Calls as one user: adds credential and identity, fetches the credential afresh once after a 401, waits where the
 * server asks for it (429 and 5xx with Retry-After), and turns every other refusal into its failure.
 */
export class Exchange {
  readonly connection: Connection
  readonly transport: Transport
  readonly #options: ExchangeOptions
  readonly #identity: { readonly [name: string]: string | readonly string[] }

  constructor(
    connection: Connection,
    transport: Transport,
    identity: { readonly [name: string]: string | readonly string[] },
    options: ExchangeOptions,
  ) {
    this.connection = connection
    this.transport = transport
    this.#identity = identity
    this.#options = options
  }

  get withoutStreamingLists(): Set<string> {
    return this.#options.withoutStreamingLists
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** The same connections with other impersonation headers. */
  withIdentity(identity: { readonly [name: string]: string | readonly string[] }): Exchange {
    return new Exchange(this.connection, this.transport, identity, this.#options)
  }

  /** The answer: 2xx, or one of `expected`. Throws the failure for any other. */
  call(call: Call): Promise<RawAnswer> {
    const timeoutMs = call.timeoutMs ?? defaultTimeoutMs
    return this.#repeated(call, (request) => this.transport.request(request, timeoutMs))
  }

  /** Every connection that is opened from now on carries nothing before `check`, asking over it, has passed it. */
  guard(check: (ask: (call: Call) => Promise<RawAnswer>) => Promise<void>): void {
    this.transport.guard((send) => check((call) => this.#repeated(call, send)))
  }

  async #repeated(call: Call, send: (request: WireRequest) => Promise<RawAnswer>): Promise<RawAnswer> {
    let refreshed = false
    let waited = 0
    for (let repeats = 0; ; ) {
      const { generation } = this.connection.credentials
      const answer = await this.#once(call, repeats, send)
      if (answer === undefined) {
        repeats += 1
        continue
      }
      if (isGood(answer, call)) return answer
      if (answer.status === 401 && !refreshed && this.#refresh(generation)) {
        refreshed = true
        continue
      }
      const failure = failureOf(answer, call.subject)
      const asked = waitBeforeRepeat(failure, call)
      if (asked === undefined || repeats >= maxRepeats || waited + asked > maxWaitMs) throw failure
      const waitMs = Math.round(asked * (1 + this.#options.random() / 2))
      this.#options.log('the server asked to wait', {
        subject: call.subject.name,
        status: answer.status,
        waitMs,
      })
      await this.clock.sleep(waitMs, call.signal)
      if (call.signal?.aborted === true) throw failure
      waited += waitMs
      repeats += 1
    }
  }

  /** A long answer; as `call`, but only the credential is ever renewed, nothing else repeated. */
  async stream(call: Call, sink: StreamSink, options: StreamOptions): Promise<void> {
    for (let refreshed = false; ; refreshed = true) {
      const { generation } = this.connection.credentials
      const refusal = await this.transport.stream(await this.#request(call), sink, options)
      if (refusal === undefined) return
      if (refusal.status === 401 && !refreshed && this.#refresh(generation)) continue
      throw failureOf(refusal, call.subject)
    }
  }

  /** One attempt; undefined when the connection broke under a call that may be repeated, the first time. */
  async #once(
    call: Call,
    repeats: number,
    send: (request: WireRequest) => Promise<RawAnswer>,
  ): Promise<RawAnswer | undefined> {
    try {
      return await send(await this.#request(call))
    } catch (error) {
      const broken = isKubeFailure(error, 'unreachable') && call.signal?.aborted !== true
      if (broken && call.idempotent && repeats === 0 && isBrokenConnection(error)) return undefined
      throw error
    }
  }

  async #request(call: Call): Promise<WireRequest> {
    const authorization = await this.connection.credentials.authorization()
    return {
      method: call.method,
      path: call.path + queryOf(call.query),
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': this.#options.userAgent,
        ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
        ...(authorization === undefined ? {} : { authorization }),
        ...this.#identity,
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    }
  }

  #refresh(refused: number): boolean {
    const { credentials, name } = this.connection
    const isNews = credentials.generation === refused
    if (!credentials.refresh(refused)) return false
    if (isNews) {
      this.#options.log('credential refused, fetching it afresh', { cluster: name })
      this.transport.renew()
    }
    return true
  }
}

function isGood(answer: RawAnswer, call: Call): boolean {
  return (answer.status >= 200 && answer.status < 300) || call.expected?.includes(answer.status) === true
}

/** A 429, or a 5xx that says when to come back, is a promise of the server; anything else is not. */
function waitBeforeRepeat(failure: KubeFailure, call: Call): number | undefined {
  if (!call.idempotent) return undefined
  if (failure.status === 429) return Math.max(minWaitMs, failure.retryAfterMs ?? minWaitMs)
  if (failure.code === 'server-error' && failure.retryAfterMs !== undefined) {
    return Math.max(minWaitMs, failure.retryAfterMs)
  }
  return undefined
}

/** A connection that had been open, as against one that could not be opened. */
function isBrokenConnection(failure: KubeFailure): boolean {
  const { cause } = failure
  if (!(cause instanceof Error) || !('code' in cause)) return false
  const code = String(cause.code)
  return code === 'UND_ERR_SOCKET' || code === 'UND_ERR_INFO' || code === 'ECONNRESET' || code === 'EPIPE'
}

function queryOf(query: Call['query']): string {
  const pairs = Object.entries(query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}
