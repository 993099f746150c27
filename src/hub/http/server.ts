import { createAdaptorServer } from '@hono/node-server'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Clock, Log } from '../../runtime/index.ts'
import type { Accounts, Lockout, OpenId } from '../auth/index.ts'
import { HubFailure } from '../failure.ts'
import type { HubService } from '../service.ts'
import type { Store } from '../store/index.ts'
import type { Signatures } from '../webhooks/index.ts'
import type { Note } from './account-handlers.ts'
import { createApp } from './app.ts'
import { EventStream } from './event-stream.ts'
import { hostCheck } from './host-check.ts'
import { createMetricsServer } from './metrics-server.ts'
import type { WebFiles } from './web-files.ts'

export interface HttpServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Certificate chain and key, as PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Further names that the hub is reached by, without ports. */
  readonly hostNames?: readonly string[]
  readonly accounts: Accounts
  /** Where answers to writes are kept. */
  readonly answers: Store['answers']
  readonly lockout: Lockout
  /** Where people of an organisation sign in; nowhere without it. */
  readonly openid?: OpenId | undefined
  /** True when a proxy before the hub speaks https with browsers. */
  readonly behindHttps?: boolean
  /** Hears of sign-ins and their ends; nobody does without it. */
  readonly note?: Note
  /** Who may sign requests; nobody without it. */
  readonly signatures?: Pick<Signatures, 'of'>
  /** Where metrics are served; nowhere without it. */
  readonly metrics?: { readonly host: string; readonly port: number }
  /** The pages that browsers open; none without it. */
  readonly web?: WebFiles | undefined
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly heartbeatMs?: number
  /** Milliseconds that requests in progress have to end after `close`. */
  readonly graceMs?: number
}

export interface HttpServer {
  /** Throws `cannot-listen` when the address cannot be taken. */
  listen(): Promise<{ readonly url: string; readonly metricsUrl?: string }>
  /** Ends streams at once and lets requests end; what then still runs is cut off. */
  close(): Promise<void>
}

/** Serves the API of a hub. Nothing listens before `listen`, and nothing after `close`. */
export function createHttpServer(service: HubService, options: HttpServerOptions): HttpServer {
  const { clock, log } = options
  const stream = new EventStream(service, {
    clock,
    log,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    recheckMs: 5_000,
    mostBuffered: 1024 * 1024,
  })
  const app = createApp(service, {
    accounts: options.accounts,
    answers: options.answers,
    lockout: options.lockout,
    openid: options.openid,
    clock,
    secure: options.tls !== undefined || options.behindHttps === true,
    note: options.note ?? (() => {}),
    signatures: async (provider, header) => options.signatures?.of(provider, header),
    checkHost: hostCheck(options.host, options.hostNames ?? []),
    stream,
    web: options.web,
    version: options.version,
    log,
  })
  // Both kinds of server take the same requests; the adaptor knows them by their options only.
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    ...(options.tls === undefined
      ? { createServer: createHttp }
      : { createServer: createHttps, serverOptions: { ...options.tls } }),
  }) as Server
  // Longer than API servers keep a connection of their audit webhooks (Go: 90 s), so that none is made anew each time.
  server.keepAliveTimeout = 100_000
  const metrics = options.metrics === undefined ? undefined : createMetricsServer(service, options)

  return {
    async listen() {
      const port = await listenOn(server, options.host, options.port)
      const scheme = options.tls === undefined ? 'http' : 'https'
      const url = `${scheme}://${urlHost(options.host)}:${port}`
      if (metrics === undefined || options.metrics === undefined) return { url }
      const metricsPort = await listenOn(metrics, options.metrics.host, options.metrics.port)
      return { url, metricsUrl: `http://${urlHost(options.metrics.host)}:${metricsPort}/metrics` }
    },
    async close() {
      stream.close()
      const cut = new AbortController()
      const late = clock.sleep(options.graceMs ?? 5_000, cut.signal).then(() => {
        server.closeAllConnections()
        metrics?.closeAllConnections()
      })
      await Promise.all([closeServer(server), metrics === undefined ? undefined : closeServer(metrics)])
      cut.abort()
      await late
    },
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message
      reject(
        new HubFailure('cannot-listen', `address ${host}:${port}: cannot listen: ${why}`, {
          hint: 'choose another address with --listen, or stop what uses it',
          cause: error,
        }),
      )
    }
    server.once('error', failed)
    server.listen({ host, port }, () => {
      server.off('error', failed)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve()
      return
    }
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

/** The host as it stands in a URL; a wildcard is reached through loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
