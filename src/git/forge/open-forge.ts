import { readFile } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { EnvHttpProxyAgent, fetch, type Response } from 'undici'
import { Failure, reasonOf } from '../../core/failure.ts'
import { redactText } from '../../runtime/index.ts'
import type { CommitStatus, Forge, ForgeFailureCode, ForgeOptions } from './contract.ts'
import { statusRequest } from './status-request.ts'

const timeoutMs = 20_000
/** Of an answer that refuses, so much is read. */
const shownBytes = 2_000

/** Opens a forge; nothing is sent before the first status. */
export function openForge(options: ForgeOptions): Forge {
  return new HttpForge(options)
}

class HttpForge implements Forge {
  readonly #options: ForgeOptions
  #agent: EnvHttpProxyAgent | undefined

  constructor(options: ForgeOptions) {
    this.#options = options
  }

  async setStatus(status: CommitStatus, signal?: AbortSignal): Promise<void> {
    const { kind, api } = this.#options
    const { path, body } = statusRequest(kind, status)
    const subject = `repository ${status.repository}`
    const deadline = AbortSignal.timeout(timeoutMs)
    const token = (await this.#options.token()).trim()
    let response: Response
    try {
      response = await fetch(`${api.replace(/\/+$/, '')}${path}`, {
        method: 'POST',
        headers: {
          ...authorization(kind, token),
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify(body),
        // A token goes to the origin that hub.yaml names, and to no other (safety row 16).
        redirect: 'manual',
        dispatcher: await this.#dispatcher(),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      })
    } catch (error) {
      throw this.#failure(subject, 'unreachable', `does not answer: ${rootReason(error)}`, true)
    }
    const answer = await response.text().catch(() => '')
    if (response.ok) return
    const words = redactText(answer.slice(0, shownBytes).replace(/\s+/g, ' ').trim())
    const said = words === '' ? `${response.status}` : `${response.status}: ${words}`
    // GitLab refuses a status that is the same already, which is what was wanted.
    if (kind === 'gitlab' && response.status === 400 && /Cannot transition status/i.test(answer)) return
    throw this.#refusal(subject, response.status, said)
  }

  async close(): Promise<void> {
    await this.#agent?.close()
  }

  #refusal(subject: string, status: number, said: string): Failure<ForgeFailureCode> {
    if (status === 401 || (status === 403 && !/rate limit/i.test(said))) {
      return this.#failure(
        subject,
        'denied',
        `answers ${said}`,
        false,
        'give the token the right to write commit statuses',
      )
    }
    if (status === 404) {
      return this.#failure(
        subject,
        'not-found',
        `answers ${said}`,
        false,
        'check the repository, and that the token may see it',
      )
    }
    if (status === 429 || status === 403) return this.#failure(subject, 'limited', `answers ${said}`, true)
    if (status >= 500) return this.#failure(subject, 'unreachable', `answers ${said}`, true)
    return this.#failure(subject, 'refused', `answers ${said}`, false)
  }

  #failure(
    subject: string,
    code: ForgeFailureCode,
    what: string,
    retryable: boolean,
    hint = 'check the forge in hub.yaml',
  ): Failure<ForgeFailureCode> {
    const message = `${subject}: cannot set a commit status: ${new URL(this.#options.api).host} ${what}`
    return new Failure(code, message, { subject, retryable, hint })
  }

  async #dispatcher(): Promise<EnvHttpProxyAgent> {
    if (this.#agent === undefined) {
      const { caFile } = this.#options
      const ca =
        caFile === undefined ? undefined : [...getCACertificates('default'), await readFile(caFile, 'utf8')]
      this.#agent = new EnvHttpProxyAgent(ca === undefined ? {} : { connect: { ca }, requestTls: { ca } })
    }
    return this.#agent
  }
}

function authorization(kind: ForgeOptions['kind'], token: string): Record<string, string> {
  if (kind === 'gitlab') return { 'private-token': token }
  return { authorization: `${kind === 'gitea' ? 'token' : 'Bearer'} ${token}`, 'user-agent': 'evenkeel' }
}

/** `fetch failed` says nothing; its cause does. */
function rootReason(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? reasonOf(error.cause) : reasonOf(error)
}
