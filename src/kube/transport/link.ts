import type { Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Clock } from '../../runtime/index.ts'
import { connectFailure, type Connection, dial, type Dialled } from '../connection/index.ts'
import { KubeFailure } from '../failure.ts'

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
 * One connection to the API server: HTTP/2 with many requests at once, or HTTP/1.1 with one. A connection that is
 * lost between requests is opened again by the next one; requests that were on it fail.
 */
export class Link {
  readonly protocol: 'h2' | 'http/1.1'
  readonly #client: Client
  readonly #prefix: string
  readonly #ended = new AbortController()
  #socket: Socket
  #spare: Dialled | undefined

  /** Opens the connection. Throws as `dial` does. */
  static async open(connection: Connection, clock: Clock, signal: AbortSignal): Promise<Link> {
    return new Link(connection, clock, await dial(connection, clock, signal))
  }

  private constructor(connection: Connection, clock: Clock, dialled: Dialled) {
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
        if (spare !== undefined && !spare.socket.destroyed) {
          // undici forgets a request whose connection is there before `connect` has returned.
          queueMicrotask(() => callback(null, spare.socket))
          return
        }
        void this.#dialAgain(connection, clock, callback)
      },
    })
  }

  /** Bytes that ever came over the connection, answers to our pings included: it moves while the far end lives. */
  get bytesRead(): number {
    return this.#socket.bytesRead
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
    await this.#client.close().catch(() => {})
    this.#ended.abort()
    this.#discardSpare()
  }

  /** Ends the connection now; every request on it fails with `error`. */
  async destroy(error: Error): Promise<void> {
    this.#ended.abort()
    this.#discardSpare()
    await this.#client.destroy(error).catch(() => {})
  }

  async #dialAgain(
    connection: Connection,
    clock: Clock,
    callback: (...result: [null, Socket] | [Error, null]) => void,
  ): Promise<void> {
    const outcome = await dial(connection, clock, this.#ended.signal).catch((error: unknown) =>
      connectFailure(error, connection),
    )
    if (outcome instanceof KubeFailure) {
      callback(outcome, null)
    } else {
      this.#socket = outcome.socket
      callback(null, outcome.socket)
    }
  }

  #discardSpare(): void {
    this.#spare?.socket.destroy()
    this.#spare = undefined
  }
}
