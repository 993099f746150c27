import { z } from 'zod'
import type { ChartLimits } from '../contract.ts'
import { type Answered, type Exchange, type OriginCredentials, shownUrl } from '../exchange/index.ts'
import { chartFailure } from '../failures.ts'
import { type Challenge, readChallenge } from './challenge.ts'

export interface RegistryAsk {
  readonly accept?: string
  readonly maxBytes: number
  readonly timeoutMs: number
}

const tokenSchema = z.looseObject({
  token: z.string().max(65_536).optional(),
  access_token: z.string().max(65_536).optional(),
})

/**
 * Questions to one repository of one registry, with a token of its own where the registry wants one. The token goes to
 * the registry's origin alone; the credential for it goes to the place of tokens only when it is listed for exactly
 * that origin (safety row 16). That place is an allowed host, or it is not asked.
 */
export class RegistrySession {
  readonly #exchange: Exchange
  readonly #credentials: OriginCredentials
  readonly #limits: ChartLimits
  readonly #origin: string
  readonly #scope: string
  readonly #subject: string
  readonly #signal: AbortSignal
  #header: string | undefined

  constructor(
    parts: {
      readonly exchange: Exchange
      readonly credentials: OriginCredentials
      readonly limits: ChartLimits
    },
    registry: { readonly origin: string; readonly repository: string },
    subject: string,
    signal: AbortSignal,
  ) {
    this.#exchange = parts.exchange
    this.#credentials = parts.credentials
    this.#limits = parts.limits
    this.#origin = registry.origin
    this.#scope = `repository:${registry.repository}:pull`
    this.#subject = subject
    this.#signal = signal
  }

  /** An answer other than 401; a refusal is answered once with what the registry asks for. */
  async get(url: URL, ask: RegistryAsk): Promise<Answered> {
    const first = await this.#ask(url, ask)
    // A refusal by somebody to whom the registry redirected is no question for our credentials.
    if (first.status !== 401 || first.url.origin !== this.#origin) return this.#allowed(first)
    const challenge = readChallenge(first.headers['www-authenticate'])
    this.#header = await this.#answerTo(challenge)
    return this.#allowed(await this.#ask(url, ask))
  }

  #ask(url: URL, ask: RegistryAsk): Promise<Answered> {
    const authorize = async (hop: URL): Promise<string | undefined> =>
      hop.origin === this.#origin ? this.#header : undefined
    return this.#exchange.get(url, { ...ask, subject: this.#subject, authorize, signal: this.#signal })
  }

  async #answerTo(challenge: Challenge | undefined): Promise<string> {
    if (challenge === undefined) {
      throw chartFailure(
        this.#subject,
        'bad-answer',
        'the registry asks for authentication that we do not have',
      )
    }
    if (challenge.scheme === 'bearer') return `Bearer ${await this.#token(challenge)}`
    const header = await this.#credentials.headerFor(new URL(this.#origin))
    if (header !== undefined) return header
    throw this.#denied('it wants a user, and no credential is listed')
  }

  async #token(challenge: Extract<Challenge, { scheme: 'bearer' }>): Promise<string> {
    const subject = this.#subject
    if (!URL.canParse(challenge.realm)) {
      throw chartFailure(subject, 'bad-answer', 'the place of tokens that the registry names is no URL')
    }
    const url = new URL(challenge.realm)
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service)
    // Our own scope, not the one that the server would like us to ask for.
    url.searchParams.set('scope', this.#scope)
    const answer = await this.#exchange.get(url, {
      subject,
      accept: 'application/json',
      maxBytes: 1024 * 1024,
      timeoutMs: this.#limits.answerMs,
      authorize: (hop) => this.#credentials.headerFor(hop),
      signal: this.#signal,
    })
    if (answer.status === 401 || answer.status === 403) throw this.#denied(`${url.host} gives no token`)
    const token = tokenOf(answer)
    if (token !== undefined) return token
    throw chartFailure(subject, 'bad-answer', `${shownUrl(url)} answers ${answer.status} without a token`)
  }

  #allowed(answer: Answered): Answered {
    if (answer.status === 401 || answer.status === 403) {
      throw this.#denied(`${answer.url.host} answers ${answer.status}`)
    }
    return answer
  }

  #denied(why: string): Error {
    return chartFailure(this.#subject, 'denied', `cannot read it: ${why}`, {
      hint: `list a credential for ${this.#origin} in hub.yaml, or check the one that is listed`,
    })
  }
}

function tokenOf({ status, body }: Answered): string | undefined {
  if (status !== 200) return undefined
  try {
    const read = tokenSchema.parse(JSON.parse(body.toString('utf8')))
    const token = read.token ?? read.access_token
    return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined
  } catch {
    return undefined
  }
}
