import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { makeCertificate } from './certificate.ts'
import { statusBody } from './scripted-server.ts'

/** One request on its way to an API server. */
export interface ProxiedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly isWatch: boolean
  /** The how-manieth write this is, from 1 on; undefined for reads and dry-runs. */
  readonly write: number | undefined
}

/** What happens to a request. */
export type Ruling =
  | 'pass'
  /** It never reaches the server, and no answer ever comes. */
  | 'swallow'
  /** The server does what it asks, and the answer is lost. */
  | 'lose-answer'
  /** The server answers at once, and the answer arrives when this resolves. */
  | { readonly until: Promise<void> }
  | { readonly status: number; readonly body: unknown }

/** A proxy that understands HTTP, in front of a real API server, for faults of single requests. */
export interface HttpProxy {
  readonly url: string
  /** Everything that was ever asked through it. */
  readonly requests: readonly ProxiedRequest[]
  /** Decides about every request from now on; undefined lets all pass. */
  rule(decide: ((request: ProxiedRequest) => Ruling | Promise<Ruling>) | undefined): void
  /** The same kubeconfig, by way of this proxy. */
  through(kubeconfig: string): string
  /** Resolves when every request whose answer was to be lost has been answered. */
  settled(): Promise<void>
  /** Ends every connection. */
  cut(): void
  stop(): Promise<void>
}

/** Starts a proxy in front of the API server at `url`. It speaks HTTP/1.1 to both sides. */
export async function startHttpProxy({ url }: { readonly url: string }): Promise<HttpProxy> {
  const authority = makeCertificate({ name: 'proxies' })
  const leaf = makeCertificate({ name: '127.0.0.1', hosts: ['127.0.0.1'], issuer: authority })
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  const requests: ProxiedRequest[] = []
  const sockets = new Set<Socket>()
  const unanswered = new Set<Promise<unknown>>()
  let writes = 0
  let decide: ((request: ProxiedRequest) => Ruling | Promise<Ruling>) | undefined
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const own = `https://127.0.0.1:${port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { pathname, searchParams } = new URL(request.url ?? '/', own)
    const method = request.method ?? 'GET'
    const isWrite = method !== 'GET' && !searchParams.has('dryRun')
    if (isWrite) writes += 1
    const seen: ProxiedRequest = {
      method,
      path: pathname,
      query: searchParams,
      isWatch: searchParams.get('watch') === 'true',
      write: isWrite ? writes : undefined,
    }
    requests.push(seen)
    const ruling = (await decide?.(seen)) ?? 'pass'
    if (ruling === 'swallow') return
    if (typeof ruling === 'object' && 'status' in ruling) {
      response.writeHead(ruling.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(ruling.body))
      return
    }
    const until = typeof ruling === 'object' ? ruling.until : undefined
    forward(request, Buffer.concat(chunks), ruling === 'lose-answer' ? undefined : response, until)
  }

  function forward(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse | undefined,
    until: Promise<void> | undefined,
  ): void {
    const { method, headers } = request
    const { host: _host, ...passed } = headers
    const done = Promise.withResolvers<void>()
    if (response === undefined) {
      unanswered.add(done.promise)
      void done.promise.then(() => unanswered.delete(done.promise))
    }
    const onward = httpsRequest(
      new URL(request.url ?? '/', url),
      { method: method ?? 'GET', headers: passed, agent },
      (answer) => {
        if (response === undefined) {
          answer.resume()
          answer.on('close', () => done.resolve())
          return
        }
        const arrive = (): void => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          response.flushHeaders()
          answer.on('error', () => response.destroy())
          answer.pipe(response)
        }
        if (until === undefined) arrive()
        else void until.then(arrive)
      },
    )
    onward.on('error', () => {
      done.resolve()
      response?.destroy()
    })
    response?.on('close', () => onward.destroy())
    onward.end(body)
  }

  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: own,
    requests,
    rule(next) {
      decide = next
    },
    through(kubeconfig) {
      const config = JSON.parse(kubeconfig) as { clusters: { cluster: object }[] }
      const ca = Buffer.from(authority.certPem).toString('base64')
      const cluster = { server: own, 'certificate-authority-data': ca }
      return JSON.stringify({ ...config, clusters: config.clusters.map((one) => ({ ...one, cluster })) })
    },
    settled: async () => void (await Promise.all(unanswered)),
    cut,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      cut()
      agent.destroy()
      await closed
    },
  }
}

/** A refusal as an API server words it. */
export function refusal(status: number, reason: string, message: string): Ruling {
  return { status, body: statusBody(status, reason, message) }
}
