import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, fetch } from 'undici'
import type { Json } from '../../src/core/object/index.ts'
import type { Answer, Request, Side } from './side.ts'

/** A server that is met over HTTP, as every client meets it. */
export class HttpSide implements Side {
  readonly name: string
  readonly #url: string
  readonly #token: string
  readonly #agent: Agent

  constructor(name: string, { url, caPem, token }: { url: string; caPem: string; token: string }) {
    this.name = name
    this.#url = url
    this.#token = token
    this.#agent = new Agent({ connect: { ca: caPem } })
  }

  async request({ method, path, contentType, accept, userAgent, body }: Request): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: accept ?? 'application/json',
        'user-agent': userAgent ?? 'conformance/1.0',
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      body: body ?? null,
    }).catch((error: unknown) => {
      throw new Error(`${this.name} did not answer ${method} ${path}`, { cause: error })
    })
    const text = await response.text()
    return {
      status: response.status,
      warnings: warningsIn(response.headers.get('warning') ?? ''),
      body: textOrJson(text),
    }
  }

  async tick(): Promise<void> {
    await sleep(1_050)
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }
}

/** The texts of `299 - "text"` headers, which arrive joined by commas. */
function warningsIn(header: string): readonly string[] {
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  )
}

function textOrJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
