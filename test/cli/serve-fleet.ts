import { privileges } from '../../src/api/index.ts'
import { createHttpServer, type HttpServerOptions } from '../../src/hub/http/index.ts'
import type { Caller, HubService } from '../../src/hub/service.ts'
import { createLog, systemClock } from '../../src/runtime/index.ts'

/** The token of the caller who may do everything. */
export const adminToken = 'evk-test-admin-0123456789abcdef0123456789abcdef'
/** The token of a caller who may only look. */
export const readerToken = 'evk-test-reader-0123456789abcdef0123456789abcdef'

export interface ServedFleet {
  readonly url: string
  readonly metricsUrl: string | undefined
  readonly lines: string[]
  /** Takes a token back. */
  revoke(token: string): void
  close(): Promise<void>
}

/** Serves a hub on loopback, with what it logged at hand. */
export async function serveFleet(
  service: HubService,
  options: Partial<HttpServerOptions> = {},
): Promise<ServedFleet> {
  const lines: string[] = []
  const log = createLog({ level: 'debug', stream: { write: (line: string) => void lines.push(line) } })
  const records = new Map<string, Caller>([
    [adminToken, { name: 'alice@corp', privileges: new Set(privileges) }],
    [readerToken, { name: 'bob@corp', privileges: new Set(['read']) }],
  ])
  const server = createHttpServer(service, {
    host: '127.0.0.1',
    port: 0,
    authenticate: async (token) => records.get(token),
    version: '0.1.0',
    clock: systemClock,
    log,
    ...options,
  })
  const { url, metricsUrl } = await server.listen()
  return {
    url,
    metricsUrl,
    lines,
    revoke: (token) => void records.delete(token),
    close: () => server.close(),
  }
}
