import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isFailure, reasonOf } from '../../core/failure.ts'
import { type Clock, redactText } from '../../runtime/index.ts'
import { ChartFailure, chartFailure } from '../failures.ts'
import { type ChartHosts, shownUrl } from './chart-hosts.ts'
import type { Dialler } from './dialler.ts'

/** One question to a server. */
export interface Question {
  /** What the answer is about, for messages: `chart repository https://…`. */
  readonly subject: string
  readonly accept?: string
  readonly maxBytes: number
  readonly timeoutMs: number
  /** The authorization for a URL; asked again at each hop, so that nothing is carried to another origin. */
  readonly authorize?: (url: URL) => Promise<string | undefined>
  readonly signal: AbortSignal
}

/** An answer below 500, whole. */
export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Where it came from in the end. */
  readonly url: URL
}

const mostRedirects = 5

/**
 * Asks servers for bytes: allowed hosts only, every hop checked anew, at most so many bytes within so much time
 * (safety rows 7, 15, 16). Nothing is kept between two questions.
 */
export class Exchange {
  readonly #hosts: ChartHosts
  readonly #dialler: Dialler
  readonly #clock: Clock

  constructor(hosts: ChartHosts, dialler: Dialler, clock: Clock) {
    this.#hosts = hosts
    this.#dialler = dialler
    this.#clock = clock
  }

  /** Throws a `ChartFailure` when there is no answer, or none that may be taken. */
  async get(start: URL, question: Question): Promise<Answered> {
    const { subject, timeoutMs, signal } = question
    const late = new AbortController()
    const timer = this.#clock.setTimeout(() => late.abort(), timeoutMs)
    try {
      return await this.#follow(start, question, AbortSignal.any([signal, late.signal]))
    } catch (error) {
      if (error instanceof ChartFailure && !late.signal.aborted) throw error
      if (signal.aborted) throw chartFailure(subject, 'aborted', 'the fetch was stopped', { retryable: true })
      if (late.signal.aborted) {
        const what = `no whole answer from ${start.host} within ${timeoutMs / 1000} s`
        throw chartFailure(subject, 'timeout', what, {
          retryable: true,
          hint: 'check the server and the way to it',
        })
      }
      throw connectFailure(error, start, subject)
    } finally {
      timer.cancel()
      late.abort()
    }
  }

  async #follow(start: URL, question: Question, signal: AbortSignal): Promise<Answered> {
    const { subject } = question
    let url = start
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const { byAddress } = this.#hosts.check(url, subject)
      const authorization = await question.authorize?.(url)
      const headers = {
        'accept-encoding': 'identity',
        'user-agent': 'evenkeel',
        ...(question.accept === undefined ? {} : { accept: question.accept }),
        ...(authorization === undefined ? {} : { authorization }),
      }
      const response = await this.#dialler.ask(url, { headers, guarded: !byAddress, subject, signal })
      const status = response.statusCode ?? 0
      const { location } = response.headers
      if (status >= 300 && status < 400 && location !== undefined) {
        response.destroy()
        url = redirected(location, url, subject)
        continue
      }
      if (status >= 500 || status === 429) {
        response.destroy()
        throw chartFailure(subject, 'unreachable', `${shownUrl(url)} answers ${status}`, {
          retryable: true,
          hint: 'look at the server',
        })
      }
      return { status, headers: response.headers, body: await readBody(response, question, url), url }
    }
    throw chartFailure(subject, 'bad-answer', `${start.host} redirects more than ${mostRedirects} times`)
  }
}

function redirected(location: string, from: URL, subject: string): URL {
  try {
    return new URL(location, from)
  } catch {
    throw chartFailure(subject, 'bad-answer', `${from.host} redirects to what is no URL`)
  }
}

async function readBody(response: IncomingMessage, question: Question, url: URL): Promise<Buffer> {
  const { maxBytes, subject } = question
  const tooLarge = (): Error =>
    chartFailure(subject, 'too-large', `the answer of ${shownUrl(url)} is larger than ${maxBytes} bytes`, {
      hint: 'name another repository, or one chart of it by a registry',
    })
  try {
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > maxBytes) throw tooLarge()
      chunks.push(chunk)
    }
    // A connection that breaks in the middle ends some bodies without an error.
    if (!response.complete) throw new Error('the answer ended too early')
    return Buffer.concat(chunks)
  } finally {
    response.destroy()
  }
}

const tlsCodes = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO/

function connectFailure(error: unknown, url: URL, subject: string): Error {
  if (isFailure(error)) return error
  const plain = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const code = plain instanceof Error && 'code' in plain ? String(plain.code) : ''
  const why = redactText(reasonOf(plain) || code).slice(0, 300)
  if (tlsCodes.test(code)) {
    return chartFailure(subject, 'tls', `cannot trust ${url.host}: ${why}`, {
      cause: error,
      hint: 'add its certificate authority to authorities in hub.yaml',
    })
  }
  return chartFailure(subject, 'unreachable', `cannot reach ${url.host}: ${why}`, {
    cause: error,
    retryable: true,
    hint: 'check the name, the network and the proxy',
  })
}
