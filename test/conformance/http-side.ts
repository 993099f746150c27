import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, fetch, type Response } from 'undici'
import type { Json } from '../../src/core/object/index.ts'
import { type AttachedApiServer, type ClientResult, runClient } from '../../tools/kubernetes/index.ts'
import { ensureNativeTools } from '../../tools/render/native.ts'
import type { Answer, OpenWatch, Request, Side } from './side.ts'

/** A server that is met over HTTP, as every client meets it. */
export class HttpSide implements Side {
  readonly name: string
  readonly #server: AttachedApiServer
  readonly #agent: Agent

  constructor(name: string, server: AttachedApiServer) {
    this.name = name
    this.#server = server
    this.#agent = new Agent({ connect: { ca: server.caPem } })
  }

  async request(request: Request): Promise<Answer> {
    const response = await this.#send(request)
    return answerOf(response, textOrJson(await response.text()))
  }

  async watch(request: Request): Promise<OpenWatch & { readonly answer: Answer }> {
    const closing = new AbortController()
    const response = await this.#send(request, closing.signal)
    const isOpen = response.status === 200 && response.body !== null
    const answer = answerOf(response, isOpen ? null : textOrJson(await response.text()))
    if (response.body === null || !isOpen) {
      return { answer, next: () => Promise.resolve(undefined), close: () => Promise.resolve() }
    }
    const stream = Readable.fromWeb(response.body)
    // Closing ends the stream with an error that nobody waits for.
    stream.on('error', () => undefined)
    const lines = createInterface({ input: stream })[Symbol.asyncIterator]()
    return {
      answer,
      next: async () => {
        const line = await Promise.race([lines.next(), this.#silence(request.path)])
        return line.done === true ? undefined : (JSON.parse(line.value) as Json)
      },
      close() {
        closing.abort()
        return Promise.resolve()
      },
    }
  }

  kubectl(args: readonly string[], stdin?: string): Promise<ClientResult> {
    return this.#server.kubectl('admin', args, stdin)
  }

  async helm(args: readonly string[]): Promise<ClientResult> {
    const { helm } = await ensureNativeTools()
    return runClient(helm, this.#server.folder, 'admin', args)
  }

  /** A watch that says nothing for so long has lost an event. */
  async #silence(path: string): Promise<never> {
    await sleep(15_000, undefined, { ref: false })
    throw new Error(`${this.name} has no further event of ${path}`)
  }

  async tick(): Promise<void> {
    await sleep(1_050)
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #send(request: Request, signal?: AbortSignal): Promise<Response> {
    const { method, path, contentType, accept, userAgent, body, ifNoneMatch } = request
    return fetch(`${this.#server.url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${this.#server.token('admin')}`,
        accept: accept ?? 'application/json',
        'user-agent': userAgent ?? 'conformance/1.0',
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
      },
      body: body ?? null,
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw new Error(`${this.name} did not answer ${method} ${path}`, { cause: error })
    })
  }
}

function answerOf({ status, headers }: Response, body: Json): Answer {
  const etag = headers.get('etag')
  return {
    status,
    contentType: headers.get('content-type') ?? '',
    warnings: warningsIn(headers.get('warning') ?? ''),
    body,
    ...(etag === null ? {} : { etag }),
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
