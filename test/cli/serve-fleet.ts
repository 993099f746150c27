import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privileges } from '../../src/api/index.ts'
import { Accounts, Lockout, type OpenId, Rights } from '../../src/hub/auth/index.ts'
import { createHttpServer, type HttpServerOptions } from '../../src/hub/http/index.ts'
import { deriveKeys } from '../../src/hub/keys/index.ts'
import type { HubService } from '../../src/hub/service.ts'
import { openStore, type Store } from '../../src/hub/store/index.ts'
import { createLog, Redacted, systemClock } from '../../src/runtime/index.ts'

/** The token of the caller who may do everything. */
export const adminToken = 'evk-test-admin-0123456789abcdef0123456789abcdef'
/** The token of a caller who may only look. */
export const readerToken = 'evk-test-reader-0123456789abcdef0123456789abcdef'

export interface ServedFleet {
  readonly url: string
  readonly metricsUrl: string | undefined
  readonly lines: string[]
  readonly accounts: Accounts
  readonly store: Store
  /** Takes a token back. */
  revoke(token: string): Promise<void>
  close(): Promise<void>
}

/** Serves a hub on loopback, with what it logged at hand. Whom it knows is in a store of its own. */
export async function serveFleet(
  service: HubService,
  options: Partial<HttpServerOptions> & {
    /** Makes the provider that people sign in at, for the hub at `base`. */
    readonly openIdFor?: (hub: { readonly store: Store; readonly base: () => string }) => OpenId
  } = {},
): Promise<ServedFleet> {
  const lines: string[] = []
  const log = createLog({ level: 'debug', stream: { write: (line: string) => void lines.push(line) } })
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-served-'))
  const clock = options.clock ?? systemClock
  const keys = deriveKeys(new Redacted(new Uint8Array(32).fill(7)))
  const location = { kind: 'embedded' as const, folder }
  const store = await openStore({ location, clock, keys: () => Promise.resolve(keys) })
  const known = [
    [adminToken, 'alice@corp', privileges],
    [readerToken, 'bob@corp', ['read']],
  ] as const
  for (const [token, name, held] of known) {
    const person = { name, groups: [], local: true }
    const createdAt = new Date(clock.now()).toISOString()
    const about = { id: `t-${name}`, label: 'test', person, privileges: held, limits: {}, createdAt }
    await store.tokens.save(token, { purpose: token, ...about })
  }
  let base = ''
  // Everybody here is the hub's own user, whose rights hang on no fleet.
  const rights = new Rights({ model: () => undefined, facts: () => undefined, clock })
  const accounts = new Accounts({ store, clock, rights, linkBase: () => base })
  const { openIdFor, ...rest } = options
  const server = createHttpServer(service, {
    openid: openIdFor?.({ store, base: () => base }),
    host: '127.0.0.1',
    port: 0,
    accounts,
    answers: store.answers,
    lockout: new Lockout(store.failedSignIns, clock),
    version: '0.1.0',
    clock,
    log,
    ...rest,
  })
  const close = async (): Promise<void> => {
    await server.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { url, metricsUrl } = await server.listen()
    base = url
    return { url, metricsUrl, lines, accounts, store, revoke: (token) => store.tokens.revoke(token), close }
  } catch (error) {
    await close()
    throw error
  }
}
