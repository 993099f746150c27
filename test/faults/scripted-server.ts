import { once } from 'node:events'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { makeCertificate, type TestCertificate } from './certificate.ts'

/** One request as it arrived, with its body read. */
export interface ScriptedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
  readonly body: string
  readonly isWatch: boolean
  /** Common name of the client's certificate. */
  readonly clientName: string | undefined
}

/** How a script answers. */
export interface ScriptedAnswer {
  json(body: unknown, status?: number, headers?: { readonly [name: string]: string }): void
  text(body: string, status?: number, type?: string): void
  /** A metav1.Status that tells of a failure. */
  status(code: number, reason: string, message: string, details?: object, headers?: object): void
  /** Begins a stream of lines. */
  open(): void
  /** One line of a stream. */
  line(event: unknown): void
  /** Bytes as they are, without a line end. */
  raw(text: string): void
  end(): void
  /** Resets the stream, as a broken proxy does. */
  reset(): void
  /** Resolves when the client has gone away or the answer has ended. */
  readonly closed: Promise<void>
}

export type Script = (request: ScriptedRequest, answer: ScriptedAnswer) => void | Promise<void>

export interface ScriptedServerOptions {
  /** Streams that it grants a connection; 100 by default, as Kubernetes. */
  readonly maxStreams?: number
  /** Speaks HTTP/1.1 only. */
  readonly http1?: boolean
  readonly certificate?: TestCertificate
  readonly authority?: TestCertificate
}

/** A TLS server that answers as its script says: for faults that no real API server can be asked for. */
export class ScriptedServer {
  readonly requests: ScriptedRequest[] = []
  readonly authority: TestCertificate
  readonly #server: Http2SecureServer | Server
  readonly #sockets = new Set<Socket>()
  #script: Script = (_request, answer) => answer.status(404, 'NotFound', 'nothing is scripted')
  #running = 0
  /** The most requests that were open at once, watches left out. */
  mostAtOnce = 0
  /** Connections that were ever accepted. */
  connections = 0

  static async start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(options)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  private constructor(options: ScriptedServerOptions) {
    this.authority = options.authority ?? makeCertificate({ name: 'test authority' })
    const leaf =
      options.certificate ??
      makeCertificate({ name: 'api', hosts: ['127.0.0.1', 'localhost', 'api.test'], issuer: this.authority })
    const tls = {
      key: leaf.keyPem,
      cert: leaf.certPem,
      ca: this.authority.certPem,
      requestCert: true,
      rejectUnauthorized: false,
    }
    const settings = { maxConcurrentStreams: options.maxStreams ?? 100 }
    const server = options.http1 === true ? createServer(tls) : createSecureServer({ ...tls, settings })
    this.#server = server
    server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      void this.#serve(request, response)
    })
    this.#server.on('secureConnection', () => {
      this.connections += 1
    })
    this.#server.on('session', (session: ServerHttp2Session) => session.on('error', () => {}))
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('sessionError', () => {})
    this.#server.on('tlsClientError', () => {})
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`
  }

  /** Answers every request from now on. */
  script(script: Script): void {
    this.#script = script
  }

  /** The requests to a path, watches or not. */
  asked(path: string): ScriptedRequest[] {
    return this.requests.filter((request) => request.path === path)
  }

  /** A kubeconfig for it with everything inline. */
  kubeconfig(user: object = { token: 'scripted-token' }, cluster: object = {}): string {
    const authority = Buffer.from(this.authority.certPem).toString('base64')
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'c', cluster: { server: this.url, 'certificate-authority-data': authority, ...cluster } },
      ],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'scripted', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'scripted',
    })
  }

  /** Ends every connection as a server that goes away does. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.dropConnections()
    await closed
  }

  async #serve(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const url = new URL(request.url, this.url)
    const isWatch = url.searchParams.get('watch') === 'true'
    if (!isWatch) {
      this.#running += 1
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#running)
    }
    const closed = once(response, 'close').then(() => {
      if (!isWatch) this.#running -= 1
    })
    response.on('error', () => {})
    let body = ''
    request.setEncoding('utf8')
    request.on('error', () => {})
    for await (const chunk of request) body += String(chunk)
    const seen: ScriptedRequest = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      isWatch,
      clientName: commonNameOf(request),
    }
    this.requests.push(seen)
    await this.#script(seen, answerOn(response, closed))
  }
}

function commonNameOf(request: Http2ServerRequest): string | undefined {
  // The socket of an HTTP/2 request is a guarded view; the certificate is the one thing wanted of it.
  const { socket } = request
  const name =
    'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate().subject?.CN : undefined
  return Array.isArray(name) ? name[0] : name
}

function answerOn(response: Http2ServerResponse, closed: Promise<void>): ScriptedAnswer {
  const text = (body: string, status: number, type: string, headers: object = {}): void => {
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(body)
  }
  return {
    json: (body, status = 200, headers = {}) =>
      text(JSON.stringify(body), status, 'application/json', headers),
    text: (body, status = 200, type = 'text/plain') => text(body, status, type),
    status: (code, reason, message, details = {}, headers = {}) =>
      text(JSON.stringify(statusBody(code, reason, message, details)), code, 'application/json', headers),
    open() {
      response.writeHead(200, { 'content-type': 'application/json' })
      // Without a flush the head waits for the first line.
      response.write('')
    },
    line: (event) => void response.write(`${JSON.stringify(event)}\n`),
    raw: (piece) => void response.write(piece),
    end: () => void response.end(),
    reset() {
      if (response.stream === undefined) response.destroy()
      else response.stream.close(2)
    },
    closed,
  }
}

/** The body of a refusal. */
export function statusBody(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code }
}
