import { Agent, request } from 'node:https'
import { playedAs } from './fleet/cast.ts'
import type { Actor } from './fleet/cast.ts'

/** Where the simulated clusters answer, as their kubeconfig says it. */
export interface SimAddress {
  readonly url: string
  /** What clients must trust, as PEM. */
  readonly certificate: string
  /** By user. */
  readonly tokens: Readonly<Record<string, string>>
}

/** A request to a cluster. */
export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below the cluster: `/api/v1/namespaces`. */
  readonly path: string
  readonly body?: unknown
  /** `application/json` without it. */
  readonly contentType?: string
}

export interface DoorAnswer {
  readonly code: number
  readonly body: unknown
}

const patienceMs = 20_000

/** The way of the demo's actors into the simulated clusters: over HTTP, as everybody's. */
export class SimDoor {
  readonly #address: SimAddress
  readonly #agent: Agent

  constructor(address: SimAddress) {
    this.#address = address
    this.#agent = new Agent({ ca: address.certificate, keepAlive: true, maxSockets: 16 })
  }

  /**
   * Asks a cluster as an actor: with a token of its own where it has one, else as whom the administrator impersonates. The
   * field manager is the actor's.
   */
  ask(cluster: string, { user, manager, userAgent }: Actor, wanted: ClusterRequest): Promise<DoorAnswer> {
    const { method, path } = wanted
    const own = this.#address.tokens[user]
    const separator = path.includes('?') ? '&' : '?'
    const query =
      method === 'GET' || method === 'DELETE' ? '' : `${separator}fieldManager=${encodeURIComponent(manager)}`
    return this.#send(`/clusters/${cluster}${path}${query}`, wanted, {
      authorization: `Bearer ${own ?? this.#address.tokens[playedAs] ?? ''}`,
      'user-agent': userAgent,
      ...(own === undefined ? { 'impersonate-user': user, 'impersonate-group': 'system:masters' } : {}),
    })
  }

  /** Asks the simulator itself: faults, demand (docs/simulator.md). */
  control(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<DoorAnswer> {
    return this.#send(`/sim/${path}`, { method, path, body }, {})
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(
    path: string,
    wanted: ClusterRequest,
    headers: Record<string, string>,
    isAgain = false,
  ): Promise<DoorAnswer> {
    const { method, body, contentType } = wanted
    const text = body === undefined ? undefined : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.#address.url}${path}`,
        {
          method,
          agent: this.#agent,
          timeout: patienceMs,
          headers: {
            accept: 'application/json',
            ...headers,
            ...(text === undefined
              ? {}
              : {
                  'content-type': contentType ?? 'application/json',
                  'content-length': Buffer.byteLength(text),
                }),
          },
        },
        (answer) => {
          let said = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => (said += chunk))
          answer.on('error', reject)
          answer.on('end', () => resolve({ code: answer.statusCode ?? 0, body: parsed(said) }))
        },
      )
      sent.on('timeout', () =>
        sent.destroy(new Error(`${method} ${path}: no answer within ${patienceMs} ms`)),
      )
      sent.on('error', (error) => {
        // A kept connection may be closed by the other end just when it is used again: nothing was asked then.
        const isStale = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        if (isStale && !isAgain) this.#send(path, wanted, headers, true).then(resolve, reject)
        else reject(error)
      })
      sent.end(text)
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
