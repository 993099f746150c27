import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { JsonMap } from '../../core/object/index.ts'
import type { Answer, Incoming } from './answer.ts'
import type { Certificate } from '../../runtime/index.ts'
import { HeaderFields } from './header-fields.ts'

/** A response of either protocol: Node gives those of HTTP/2 the same methods, and their stream. */
type Response = ServerResponse & { readonly stream?: ServerHttp2Stream }

/** What a watch is sent through; a fault may take it over. */
export interface Stream {
  /** Sends a line; false when the client does not read fast enough. */
  line(text: string): boolean
  /** Ends it as a server does that has nothing more to say. */
  end(): void
  /** Breaks it as a network does. */
  break(): void
}

/** Who answers the requests that come in. */
export interface Answerer {
  answer(incoming: Incoming): Promise<Answer>
  /** Lets a watch begin on a stream; the answer ends it. */
  begin(incoming: Incoming, answer: Extract<Answer, { watch: unknown }>, stream: Stream): () => void
  /** Something that must not happen went wrong. */
  failed(error: unknown): void
}

export interface Serving {
  readonly port: number
  /** Breaks every connection that is open. */
  cut(): void
  close(): Promise<void>
}

const largestBody = 3 * 1024 * 1024
const behindBytes = 64 * 1024 * 1024

/** Serves HTTP/2 and HTTP/1.1 over TLS on a loopback address. Rejects when the port is taken. */
export async function serve(
  answerer: Answerer,
  { certificate, key }: Certificate,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Serving> {
  const server = createSecureServer(
    { key, cert: certificate, allowHTTP1: true, settings: { maxConcurrentStreams: 1_000 } },
    (request, response) => {
      const either = response as unknown as Response
      exchange(answerer, request as unknown as IncomingMessage, either).catch((error: unknown) => {
        answerer.failed(error)
        either.destroy()
      })
    },
  )
  server.setTimeout(0)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // A client that goes away in the middle of anything is no failure of ours.
  server.on('sessionError', () => {})
  server.on('clientError', (_, socket) => socket.destroy())
  await listen(server, host, port)
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

function listen(server: Http2SecureServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function exchange(answerer: Answerer, request: IncomingMessage, response: Response): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.once('error', () => resolve())
  })
  request.once('error', () => {})
  const body = await bodyOf(request)
  const incoming = incomingOf(request, body ?? new Uint8Array())
  const answer = body === undefined ? tooLargeAnswer : await answerer.answer(incoming)
  if (response.writableEnded || response.destroyed) return
  if (!('watch' in answer)) {
    sendWhole(request, response, answer)
    return
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  const stop = answerer.begin(incoming, answer, {
    line(text) {
      if (response.writableEnded || response.destroyed) return false
      response.write(text)
      return bytesBehind(response) < behindBytes
    },
    end: () => response.end(),
    break: () => breakOff(response),
  })
  await gone
  stop()
}

const tooLargeAnswer: Answer = {
  code: 413,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Request entity too large: limit is ${largestBody}`,
    reason: 'RequestEntityTooLarge',
    code: 413,
  } satisfies JsonMap,
}

function incomingOf(request: IncomingMessage, body: Uint8Array): Incoming {
  const address = request.url ?? '/'
  const mark = address.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? address : address.slice(0, mark),
    address,
    query: new URLSearchParams(mark < 0 ? '' : address.slice(mark + 1)),
    headers: new HeaderFields(request.rawHeaders),
    body,
    from: request.socket?.remoteAddress ?? '',
  }
}

/** The whole body; undefined when it is larger than a server takes. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const { method } = request
  if (method === 'GET' || method === 'HEAD') return new Uint8Array()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function sendWhole(
  request: IncomingMessage,
  response: Response,
  answer: Extract<Answer, { body: unknown }>,
): void {
  const { code, body } = answer
  const bytes =
    typeof body === 'string' || body instanceof Uint8Array
      ? Buffer.from(body)
      : Buffer.from(`${JSON.stringify(body)}\n`)
  const headers: Record<string, string | string[]> = {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    headers[name] = typeof value === 'string' ? value : [...value]
  }
  if (code !== 304) headers['content-length'] = String(bytes.length)
  response.writeHead(code, headers)
  if (request.method === 'HEAD' || code === 304) response.end()
  else response.end(bytes)
}

function bytesBehind({ stream, writableLength }: Response): number {
  return stream?.writableLength ?? writableLength
}

/** One stream of many on HTTP/2, the whole connection on HTTP/1.1. */
function breakOff({ stream, socket }: Response): void {
  if (stream === undefined) socket?.destroy()
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR)
}
