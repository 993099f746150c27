import type { Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Clock } from '../../runtime/index.ts'
import { type Connection, dial, type Dialled } from '../connection/index.ts'

/** One request, with everything but the connection. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query below the server's own prefix. */
  readonly path: string
  readonly headers: { readonly [name: string]: string | readonly string[] }
  readonly body?: string
  readonly signal?: AbortSignal
}

export type WireHeaders = { readonly [name: string]: string | readonly string[] | undefined }

/** Receives one answer. Nothing is called after `onEnd` or `onFail`. */
export interface WireSink {
  /** The request is on its way; before that it only waits for the connection or a free stream. */
  onStart?(): void
  onHead(status: number, headers: WireHeaders): void
  onData(chunk: Buffer): void
  onEnd(): void
  onFail(error: Error): void
}

// Kubernetes grants 100 streams a connection; the server's own setting can lower this, never raise it.
const maxConcurrentStreams = 1_000
const pingIntervalMs = 20_000
const idleConnectionMs = 300_000

/**
 * One connection to the API server: HTTP/2 with many requests at once, or HTTP/1.1 with one. It is never opened
 * again: who answers behind the same address may be another server, so a lost connection needs a new `Link`.
 */
export class Link {
  readonly protocol: 'h2' | 'http/1.1'
  readonly #client: Client
  readonly #prefix: string
  readonly #socket: Socket
  #spare: Dialled | undefined
  #gone = false

  /** Opens the connection. Throws as `dial` does. */
  static async open(connection: Connection, clock: Clock, signal: AbortSignal): Promise<Link> {
    return new Link(connection, await dial(connection, clock, signal))
  }

  private constructor(connection: Connection, dialled: Dialled) {
    this.protocol = dialled.protocol
    this.#socket = dialled.socket
    this.#spare = dialled
    this.#prefix = connection.server.pathname.replace(/\/$/, '')
    this.#client = new Client(connection.server.origin, {
      allowH2: true,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleConnectionMs,
      h2Options: { maxConcurrentStreams, pingInterval: pingIntervalMs },
      connect: (_options, callback) => {
        const spare = this.#spare
        this.#spare = undefined
        const usable = spare !== undefined && !spare.socket.destroyed
        this.#gone = !usable
        // undici forgets a request whose connection is there before `connect` has returned.
        queueMicrotask(() => {
          if (usable) callback(null, spare.socket)
          else callback(broken(connection.server.host), null)
        })
      },
    })
  }

  /** Bytes that ever came over the connection, answers to our pings included: it moves while the far end lives. */
  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** True once the connection has ended, from whichever side, or was retired: nothing can be sent on it any more. */
  get lost(): boolean {
    return this.#gone || this.#socket.destroyed
  }

  /** How many requests the server leaves waiting for a stream. */
  get waiting(): number {
    return this.#client.stats.pending
  }

  /** How many requests are open. */
  get running(): number {
    return this.#client.stats.running
  }

  /** Sends a request; returns the way to give it up. Giving up ends in `onFail`. */
  send(request: WireRequest, sink: WireSink): (reason: Error) => void {
    let controller: Dispatcher.DispatchController | undefined
    let over = false
    const fail = (error: Error): void => {
      if (over) return
      over = true
      // Never from inside `send`: the caller still sets itself up.
      queueMicrotask(() => sink.onFail(error))
    }
    this.#client.dispatch(
      {
        method: request.method,
        path: this.#prefix + request.path,
        headers: request.headers as Record<string, string | string[]>,
        body: request.body ?? null,
      },
      {
        onRequestStart(started) {
          controller = started
          if (over) started.abort(new Error('given up'))
          else sink.onStart?.()
        },
        onResponseStart(_controller, status, headers) {
          if (!over && status >= 200) sink.onHead(status, headers)
        },
        onResponseData(_controller, chunk) {
          if (!over) sink.onData(chunk)
        },
        onResponseEnd() {
          if (over) return
          over = true
          sink.onEnd()
        },
        onResponseError(_controller, error) {
          fail(error)
        },
      },
    )
    return (reason) => {
      fail(reason)
      controller?.abort(reason)
    }
  }

  /** Takes no more requests, and ends the connection when the last one is answered. */
  async retire(): Promise<void> {
    this.#gone = true
    await this.#client.close().catch(() => {})
    this.#discardSpare()
  }

  /** Ends the connection now; every request on it fails with `error`. */
  async destroy(error: Error): Promise<void> {
    this.#discardSpare()
    await this.#client.destroy(error).catch(() => {})
  }

  #discardSpare(): void {
    this.#spare?.socket.destroy()
    this.#spare = undefined
  }
}

/** What requests on a connection that is gone fail with; as when the system reports the connection broken. */
function broken(host: string): Error {
  return Object.assign(new Error(`the connection to ${host} is gone`), { code: 'ECONNRESET' })
}
