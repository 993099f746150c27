import { readFile } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { EnvHttpProxyAgent, fetch, type Response } from 'undici'
import { Failure, reasonOf } from '../../core/failure.ts'
import { redactText } from '../../runtime/index.ts'
import type { CommitStatus, Forge, ForgeFailureCode, ForgeOptions, PullRequest } from './contract.ts'
import { pullRequestRequest } from './pull-request.ts'
import { statusRequest } from './status-request.ts'

const timeoutMs = 20_000
/** Of an answer that refuses, so much is read. */
const shownBytes = 2_000

/** Opens a forge; nothing is sent before the first status. */
export function openForge(options: ForgeOptions): Forge {
  return new HttpForge(options)
}

interface Asked {
  readonly subject: string
  readonly action: string
}

interface Answer extends Asked {
  readonly ok: boolean
  readonly status: number
  readonly text: string
}

class HttpForge implements Forge {
  readonly #options: ForgeOptions
  #agent: EnvHttpProxyAgent | undefined

  constructor(options: ForgeOptions) {
    this.#options = options
  }

  async setStatus(status: CommitStatus, signal?: AbortSignal): Promise<void> {
    const { kind } = this.#options
    const { path, body } = statusRequest(kind, status)
    const action = 'set a commit status'
    const answer = await this.#post(
      { subject: `repository ${status.repository}`, action, path, body },
      signal,
    )
    if (answer.ok) return
    // GitLab refuses a status that is the same already, which is what was wanted.
    if (kind === 'gitlab' && answer.status === 400 && /Cannot transition status/i.test(answer.text)) return
    throw this.#refusal(answer)
  }

  async openPullRequest(wanted: PullRequest, signal?: AbortSignal): Promise<string> {
    const { path, body, page } = pullRequestRequest(this.#options.kind, wanted)
    const action = 'open a pull request'
    const answer = await this.#post(
      { subject: `repository ${wanted.repository}`, action, path, body },
      signal,
    )
    if (!answer.ok) throw this.#refusal(answer)
    const address = addressIn(answer.text, page)
    if (address !== undefined) return address
    throw this.#failure(answer, 'refused', 'answers without the address of the pull request', false)
  }

  async #post(asked: Asked & { path: string; body: unknown }, signal?: AbortSignal): Promise<Answer> {
    const { kind, api, token } = this.#options
    const deadline = AbortSignal.timeout(timeoutMs)
    const secret = (await token()).trim()
    let response: Response
    try {
      response = await fetch(`${api.replace(/\/+$/, '')}${asked.path}`, {
        method: 'POST',
        headers: {
          ...authorization(kind, secret),
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify(asked.body),
        // A token goes to the origin that hub.yaml names, and to no other (safety row 16).
        redirect: 'manual',
        dispatcher: await this.#dispatcher(),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      })
    } catch (error) {
      throw this.#failure(asked, 'unreachable', `does not answer: ${rootReason(error)}`, true)
    }
    const text = await response.text().catch(() => '')
    return { ...asked, ok: response.ok, status: response.status, text }
  }

  async close(): Promise<void> {
    await this.#agent?.close()
  }

  #refusal(answer: Answer): Failure<ForgeFailureCode> {
    const { status, text } = answer
    const words = redactText(text.slice(0, shownBytes).replace(/\s+/g, ' ').trim())
    const said = words === '' ? `${status}` : `${status}: ${words}`
    if (status === 401 || (status === 403 && !/rate limit/i.test(said))) {
      return this.#failure(
        answer,
        'denied',
        `answers ${said}`,
        false,
        `give the token the right to ${answer.action}`,
      )
    }
    if (status === 404) {
      return this.#failure(
        answer,
        'not-found',
        `answers ${said}`,
        false,
        'check the repository, and that the token may see it',
      )
    }
    if (status === 429 || status === 403) return this.#failure(answer, 'limited', `answers ${said}`, true)
    if (status >= 500) return this.#failure(answer, 'unreachable', `answers ${said}`, true)
    return this.#failure(answer, 'refused', `answers ${said}`, false)
  }

  #failure(
    { subject, action }: Asked,
    code: ForgeFailureCode,
    what: string,
    retryable: boolean,
    hint = 'check the forge in hub.yaml',
  ): Failure<ForgeFailureCode> {
    const message = `${subject}: cannot ${action}: ${new URL(this.#options.api).host} ${what}`
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

/** The text under a name in a JSON answer that is an address of the web. */
function addressIn(text: string, name: string): string | undefined {
  try {
    const address: unknown = (JSON.parse(text) as Readonly<Record<string, unknown>> | null)?.[name]
    return typeof address === 'string' && /^https?:\/\//.test(address) ? address : undefined
  } catch {
    return undefined
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
