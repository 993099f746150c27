import { Agent, fetch } from 'undici'
import type { AttachedApiServer } from '../../tools/kubernetes/index.ts'

/** One cause of a refusal. */
export interface Cause {
  readonly field: string
  readonly reason: string
  readonly message: string
}

/** What a server says about an object that it is asked to try. */
export interface Answer {
  readonly status: number
  readonly message: string
  readonly causes: readonly Cause[]
}

interface StatusBody {
  readonly message?: string
  readonly details?: { readonly causes?: readonly Partial<Cause>[] }
}

/** Tries objects at a real API server, storing nothing. Texts are sent as they are. */
export class TryingServer {
  readonly #server: AttachedApiServer
  readonly #agent: Agent

  constructor(server: AttachedApiServer) {
    this.#server = server
    this.#agent = new Agent({ connect: { ca: server.caPem } })
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }

  /** POST with strict fields. */
  create(path: string, text: string): Promise<Answer> {
    return this.#send('POST', path, 'application/json', text)
  }

  /** Server-side apply. */
  apply(path: string, name: string, text: string): Promise<Answer> {
    return this.#send('PATCH', `${path}/${name}`, 'application/apply-patch+yaml', text)
  }

  /** The protobuf of a stored object. */
  async protobuf(path: string): Promise<Uint8Array> {
    const accept = 'application/vnd.kubernetes.protobuf'
    const response = await fetch(`${this.#server.url}${path}`, {
      dispatcher: this.#agent,
      headers: { authorization: this.#authorization(), accept },
    })
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }

  async #send(method: string, path: string, type: string, text: string): Promise<Answer> {
    const query = 'dryRun=All&fieldValidation=Strict&fieldManager=test&force=true'
    const ours = method === 'POST' ? query.replace('&force=true', '') : query
    const response = await fetch(`${this.#server.url}${path}?${ours}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: this.#authorization(), 'content-type': type, accept: 'application/json' },
      body: text,
    })
    const { message = '', details } = (await response.json()) as StatusBody
    const causes = (details?.causes ?? []).map(({ field = '', reason = '', message: text = '' }) => ({
      field: field === '<nil>' ? '' : field,
      reason,
      message: text,
    }))
    return { status: response.status, message: response.ok ? '' : message, causes }
  }

  #authorization(): string {
    return `Bearer ${this.#server.token('admin')}`
  }
}
