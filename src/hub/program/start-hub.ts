import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { privileges, type SignInLink } from '../../api/index.ts'
import { reasonOf } from '../../core/failure.ts'
import { version } from '../../core/version.ts'
import { type Clock, type Log, Shutdown, systemClock } from '../../runtime/index.ts'
import { Accounts, Lockout, newId, newSecret, OpenId } from '../auth/index.ts'
import { type HubConfig, isLoopback } from '../config/index.ts'
import { HubFailure } from '../failure.ts'
import { createHttpServer, ownWebFiles } from '../http/index.ts'
import { deriveKeys, loadSecretKey } from '../keys/index.ts'
import { openReconciler } from '../reconcile/index.ts'
import { openStore, type Person, type Store } from '../store/index.ts'
import { Signatures } from '../webhooks/index.ts'
import { writeLocalHubFile } from './local-hub-file.ts'

export interface StartOptions {
  readonly log: Log
  readonly clock?: Clock
}

/** A hub that runs. */
export interface RunningHub {
  /** Where it answers. */
  readonly url: string
  readonly metricsUrl: string | undefined
  /** What its own user shows it; it stands in `localFile` too, and nowhere else in clear. */
  readonly token: string
  readonly localFile: string
  /** Signs one browser of this machine in, once; undefined when other machines reach the hub. */
  readonly signInLink: SignInLink | undefined
  /** Ends everything that was started. Stopping twice does it once. */
  stop(): Promise<void>
}

/**
 * Starts a hub: data, engines, API, in that order. Throws the `Failure` of the first that cannot be started, having
 * stopped the others.
 */
export async function startHub(config: HubConfig, options: StartOptions): Promise<RunningHub> {
  const { log, clock = systemClock } = options
  const shutdown = new Shutdown({ clock, log })
  try {
    await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
    shareProxies(config)
    const store = await openStore({
      location: await config.store(),
      clock,
      keys: async ({ hasData }) => deriveKeys(await loadSecretKey(config.secretKey, { hasData })),
    })
    shutdown.add('store', () => store.close())
    const caFile = await authoritiesFile(config)
    const reconciler = await openReconciler({
      config,
      store,
      clock,
      log,
      version,
      ...(caFile === undefined ? {} : { caFile }),
    })
    shutdown.add('reconciler', () => reconciler.stop())
    const tls = await readTls(config)
    let url = ''
    const accounts = new Accounts({
      store,
      clock,
      rights: reconciler.rights,
      linkBase: () => (isLoopback(config.listen.host) ? url : undefined),
    })
    const openid = await openIdOf(config, store, clock, () => config.publicUrl?.replace(/\/+$/, '') ?? url)
    const server = createHttpServer(reconciler.service, {
      ...config.listen,
      ...(tls === undefined ? {} : { tls }),
      hostNames: config.publicUrl === undefined ? [] : [new URL(config.publicUrl).hostname],
      accounts,
      answers: store.answers,
      lockout: new Lockout(store.failedSignIns, clock),
      openid,
      behindHttps: config.publicUrl?.startsWith('https:') === true,
      note: reconciler.note,
      signatures: new Signatures(config.webhooks, config.credentials),
      ...(config.metrics === undefined ? {} : { metrics: config.metrics }),
      web: await ownWebFiles(),
      version,
      clock,
      log,
    })
    shutdown.add('http', () => server.close())
    const listening = await server.listen()
    const { metricsUrl } = listening
    url = listening.url
    const purpose = localPurpose(config)
    const person: Person = { name: `${userInfo().username}@local`, groups: [], local: true }
    const token = await makeLocalToken(store, purpose, person, clock)
    shutdown.add('local token', () => store.tokens.revoke(purpose))
    const local = await writeLocalHubFile(config.dataFolder, { url, token, pid: process.pid })
    shutdown.add('hub.json', () => local.remove())
    const signInLink = await accounts.makeLink(person)
    log.info('the hub runs', {
      url,
      ...(metricsUrl === undefined ? {} : { metrics: metricsUrl }),
      data: config.dataFolder,
      store: store.dialect,
      observe: config.observe,
    })
    return {
      url,
      metricsUrl,
      token,
      localFile: local.file,
      signInLink,
      async stop() {
        await shutdown.stop()
        log.info('the hub has stopped')
      },
    }
  } catch (error) {
    await shutdown.stop()
    throw error
  }
}

/** Git and exec plugins are programs of their own: they learn of proxies by the environment alone. */
function shareProxies({ proxies }: HubConfig): void {
  for (const [name, value] of Object.entries(proxies)) {
    if (value !== undefined && value !== '') process.env[name] = value
  }
}

/** Hubs that share a database have a local user each. */
function localPurpose({ dataFolder }: HubConfig): string {
  return `local ${hostname()} ${dataFolder}`
}

/** A new token for the hub's own user; the one of the last run is taken back. */
async function makeLocalToken(store: Store, purpose: string, person: Person, clock: Clock): Promise<string> {
  const secret = newSecret('evk')
  await store.tokens.revoke(purpose)
  const createdAt = new Date(clock.now()).toISOString()
  await store.tokens.save(secret, {
    purpose,
    id: newId('t'),
    label: '',
    person,
    privileges,
    limits: {},
    createdAt,
  })
  return secret
}

async function openIdOf(
  { openid, credentials, authorities }: HubConfig,
  store: Store,
  clock: Clock,
  base: () => string,
): Promise<OpenId | undefined> {
  if (openid === undefined) return undefined
  const { secret, userClaim, groupsClaim, ...rest } = openid
  return new OpenId({
    ...rest,
    secret: secret === undefined ? undefined : () => credentials.read(secret),
    claims: { user: userClaim, groups: groupsClaim },
    authorities: await Promise.all(authorities.map((one, index) => readPart(`authorities[${index}]`, one))),
    store,
    clock,
    base,
  })
}

async function readTls({ tls }: HubConfig): Promise<{ cert: string; key: string } | undefined> {
  if (tls === undefined) return undefined
  return { cert: await readPart('tls.cert', tls.cert), key: await readPart('tls.key', tls.key) }
}

/** The file with all extra authorities; made where there are several. */
async function authoritiesFile({ authorities, dataFolder }: HubConfig): Promise<string | undefined> {
  if (authorities.length <= 1) return authorities[0]
  const file = join(dataFolder, 'authorities.pem')
  const parts = await Promise.all(authorities.map((one, index) => readPart(`authorities[${index}]`, one)))
  await writeFile(file, parts.map((part) => `${part.trimEnd()}\n`).join(''), { mode: 0o600 })
  return file
}

async function readPart(field: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new HubFailure('bad-config', `${field}: ${file} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      hint: 'mount the file there, or change hub.yaml',
    })
  }
}
