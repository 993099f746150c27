import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FailureDetail } from '../../core/failure.ts'
import { parseDuration } from '../../core/kinds/index.ts'
import type { ForgeKind } from '../../git/forge/index.ts'
import type { InClusterOptions } from '../../kube/index.ts'
import { type LogLevel, Redacted } from '../../runtime/index.ts'
import type { SecretKeySource } from '../keys/index.ts'
import type { StoreLocation } from '../store/index.ts'
import { Credentials } from './credentials.ts'
import { describeIssues } from './describe-issue.ts'
import { type Environment, settingsInEnvironment } from './environment.ts'
import { type Settings, settingsSchema } from './schema.ts'
import { readHubFile } from './read-hub-file.ts'
import { wrongConfig } from './wrong-config.ts'

/** An address to listen on. */
export interface ListenAddress {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** Everything a hub is told at its start, with defaults filled in and paths absolute. */
export interface HubConfig {
  /** The file that was read; undefined when there is none. */
  readonly file: string | undefined
  readonly dataFolder: string
  /** Where the data are; a URL is read when the hub starts. */
  readonly store: () => Promise<StoreLocation>
  readonly listen: ListenAddress
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly publicUrl: string | undefined
  readonly fleet: FleetSource | undefined
  readonly credentials: Credentials
  readonly secretKey: SecretKeySource
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as they hold for the hub. */
  readonly proxies: Environment
  readonly authorities: readonly string[]
  readonly logLevel: LogLevel
  readonly observe: boolean
  readonly retention: { readonly days: number; readonly events: number }
  readonly metrics: ListenAddress | undefined
  readonly audit: {
    readonly files: readonly { readonly cluster: string; readonly file: string }[]
    readonly webhook: boolean
  }
  /** The credential that holds the secret of a forge, by its name. */
  readonly webhooks: ReadonlyMap<string, string>
  /** Forges that are told what became of commits, by the host of their repositories. */
  readonly forges: readonly ForgeSetting[]
  /** Where Helm charts may be fetched from. */
  readonly charts: {
    readonly hosts: readonly string[]
    readonly plainHttp: readonly string[]
    readonly credentials: readonly { readonly origin: string; readonly credential: string }[]
  }
  /** Hosts of remote Kustomize bases that may mean this machine or its surroundings. */
  readonly remoteHosts: readonly string[]
  /** The credentials that hold age keys for SOPS. */
  readonly sopsKeys: readonly string[]
  readonly kubeconfigs: readonly { readonly name: string; readonly file: string }[]
  /** Where people of an organisation sign in. */
  readonly openid: OpenIdConfig | undefined
}

export interface OpenIdConfig {
  readonly issuer: string
  readonly clientId: string
  /** The credential that holds the client's secret. */
  readonly secret: string | undefined
  readonly label: string
  readonly scopes: readonly string[]
  readonly userClaim: string
  readonly groupsClaim: string
  readonly admins: readonly string[]
}

/** A forge, with the root of its API. */
export interface ForgeSetting {
  readonly host: string
  readonly kind: ForgeKind
  readonly api: string
  readonly credential: string
}

export interface FleetSource {
  readonly url: string
  readonly branch: string | undefined
  readonly credential: string | undefined
  readonly pollMs: number
}

/** What the command line says; it goes before the environment, and that before the file. */
export interface ConfigFlags {
  readonly config?: string
  readonly listen?: string
  readonly data?: string
  readonly observe?: boolean
}

const defaultListen = '127.0.0.1:7480'

/**
 * Reads the hub's configuration: flags, then `EVENKEEL_…`, then `hub.yaml` (named by `--config` or
 * `EVENKEEL_CONFIG`, else the one in the XDG configuration folder if it is there), then defaults. Throws
 * `bad-config` with every field that is wrong. `account` says where the account of the hub's Pod stands, where that is
 * not the usual place.
 */
export async function loadHubConfig(
  flags: ConfigFlags,
  environment: Environment,
  account: InClusterOptions = {},
): Promise<HubConfig> {
  const file = fileOf(flags, environment)
  const written = file === undefined ? {} : await readHubFile(file)
  const settings = merge(written, settingsInEnvironment(environment), {
    ...(flags.listen === undefined ? {} : { listen: flags.listen }),
    ...(flags.data === undefined ? {} : { data: flags.data }),
    ...(flags.observe === undefined ? {} : { observe: flags.observe }),
  })
  const checked = settingsSchema.safeParse(settings)
  if (!checked.success) throw wrongConfig(file, describeIssues(settingsSchema, checked.error.issues))
  return complete(checked.data, file, environment, account)
}

function fileOf(flags: ConfigFlags, environment: Environment): string | undefined {
  const named = flags.config ?? (environment['EVENKEEL_CONFIG'] || undefined)
  if (named !== undefined) return resolve(named)
  const folder = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  const usual = join(folder, 'evenkeel', 'hub.yaml')
  return existsSync(usual) ? usual : undefined
}

/** Later settings go before earlier ones, field by field. */
function merge(...trees: readonly Record<string, unknown>[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const tree of trees) {
    for (const [field, value] of Object.entries(tree)) {
      const known = merged[field]
      merged[field] = isTree(known) && isTree(value) ? merge(known, value) : value
    }
  }
  return merged
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function complete(
  settings: Settings,
  file: string | undefined,
  environment: Environment,
  account: InClusterOptions,
): HubConfig {
  const dataFolder = resolve(settings.data ?? defaultDataFolder(environment))
  const credentials = new Credentials(settings.credentials ?? [], environment, account)
  const listen = addressOf(settings.listen ?? defaultListen)
  const { fleet, database, secretKey, retention } = settings
  const problems = contradictions(settings, listen)
  if (problems.length > 0) throw wrongConfig(file, problems)
  return {
    file,
    dataFolder,
    store: () => storeOf(database, dataFolder, credentials),
    listen,
    tls: settings.tls,
    publicUrl: settings.publicUrl,
    fleet:
      fleet?.url === undefined
        ? undefined
        : {
            url: fleet.url,
            branch: fleet.branch,
            credential: fleet.credential,
            pollMs: Math.max(1_000, parseDuration(fleet.poll ?? '30s') ?? 30_000),
          },
    credentials,
    secretKey:
      secretKey?.file === undefined
        ? { kind: 'beside-data', folder: dataFolder }
        : { kind: 'mounted', file: secretKey.file },
    proxies: proxiesOf(settings, environment),
    authorities: settings.authorities ?? [],
    logLevel: settings.logLevel ?? 'info',
    observe: settings.observe ?? false,
    retention: { days: retention?.days ?? 365, events: retention?.events ?? 5_000_000 },
    metrics: settings.metrics?.listen === undefined ? undefined : addressOf(settings.metrics.listen),
    audit: { files: settings.audit?.files ?? [], webhook: settings.audit?.webhook ?? true },
    webhooks: new Map(webhookSecrets(settings)),
    forges: (settings.forges ?? []).map(({ host, kind, api, credential }) => ({
      host: host.toLowerCase(),
      kind,
      api: api ?? usualApi(kind, host),
      credential,
    })),
    charts: {
      hosts: settings.charts?.hosts ?? [],
      plainHttp: settings.charts?.plainHttp ?? [],
      credentials: settings.charts?.credentials ?? [],
    },
    remoteHosts: settings.remoteBases?.hosts ?? [],
    sopsKeys: settings.sops?.age ?? [],
    kubeconfigs: settings.kubeconfigs ?? [],
    openid: openIdOf(settings.openid),
  }
}

function openIdOf(given: Settings['openid']): OpenIdConfig | undefined {
  if (given?.issuer === undefined || given.clientId === undefined) return undefined
  const { issuer, clientId, secret } = given
  return {
    issuer,
    clientId,
    secret,
    label: given.label ?? `Sign in at ${new URL(issuer).host}`,
    scopes: [...new Set(['openid', ...(given.scopes ?? ['email', 'groups'])])],
    userClaim: given.userClaim ?? 'email',
    groupsClaim: given.groupsClaim ?? 'groups',
    admins: given.admins ?? [],
  }
}

/** Where the API of a forge is, as each documents it. */
function usualApi(kind: ForgeKind, host: string): string {
  switch (kind) {
    case 'github':
      return host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`
    case 'gitlab':
      return `https://${host}/api/v4`
    case 'gitea':
      return `https://${host}/api/v1`
  }
}

function defaultDataFolder(environment: Environment): string {
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'evenkeel')
}

function contradictions(settings: Settings, listen: ListenAddress): FailureDetail[] {
  const problems: FailureDetail[] = []
  const { database, fleet, credentials, tls, publicUrl } = settings
  if (database?.url !== undefined && database.credential !== undefined) {
    problems.push({ where: 'database', message: 'has a url and a credential; give one of them' })
  }
  if (fleet !== undefined && fleet.url === undefined) {
    problems.push({ where: 'fleet.url', message: 'is missing' })
  }
  const names = (credentials ?? []).map((credential) => credential.name)
  for (const twice of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push({ where: 'credentials', message: `names ${twice} twice` })
  }
  for (const [forge, secret] of webhookSecrets(settings)) {
    if (names.includes(secret)) continue
    problems.push({
      where: `webhooks.${forge}.secret`,
      message: `names ${secret}, which is no credential here`,
    })
  }
  for (const credential of settings.sops?.age ?? []) {
    if (names.includes(credential)) continue
    problems.push({ where: 'sops.age', message: `names ${credential}, which is no credential here` })
  }
  for (const { host, credential } of settings.forges ?? []) {
    if (names.includes(credential)) continue
    problems.push({
      where: 'forges',
      message: `${host} names the credential ${credential}, which is none here`,
    })
  }
  const hosts = (settings.forges ?? []).map(({ host }) => host.toLowerCase())
  for (const twice of new Set(hosts.filter((host, index) => hosts.indexOf(host) !== index))) {
    problems.push({ where: 'forges', message: `names ${twice} twice` })
  }
  for (const { credential } of settings.charts?.credentials ?? []) {
    if (names.includes(credential)) continue
    problems.push({
      where: 'charts.credentials',
      message: `names ${credential}, which is no credential here`,
    })
  }
  problems.push(...openIdProblems(settings, names, listen))
  if (listen.port > 65_535) problems.push({ where: 'listen', message: 'has a port above 65535' })
  const behindProxy = publicUrl?.startsWith('https:') === true
  if (tls === undefined && !behindProxy && !isLoopback(listen.host)) {
    problems.push({
      where: 'listen',
      message: `${listen.host} is reachable by others, with neither tls nor an https publicUrl: tokens would travel in clear`,
    })
  }
  return problems
}

function openIdProblems(
  { openid, publicUrl }: Settings,
  credentials: readonly string[],
  listen: ListenAddress,
): FailureDetail[] {
  if (openid === undefined) return []
  const problems: FailureDetail[] = []
  const { issuer, clientId, secret } = openid
  if (issuer === undefined) problems.push({ where: 'openid.issuer', message: 'is missing' })
  if (clientId === undefined) problems.push({ where: 'openid.clientId', message: 'is missing' })
  if (secret !== undefined && !credentials.includes(secret)) {
    problems.push({ where: 'openid.secret', message: `names ${secret}, which is no credential here` })
  }
  if (issuer !== undefined && issuer.startsWith('http:') && !isLoopback(new URL(issuer).hostname)) {
    problems.push({ where: 'openid.issuer', message: 'is not https: who people are would travel in clear' })
  }
  if (publicUrl === undefined && !isLoopback(listen.host)) {
    problems.push({ where: 'openid', message: 'needs publicUrl: the provider sends browsers back there' })
  }
  return problems
}

function webhookSecrets({ webhooks }: Settings): (readonly [forge: string, secret: string])[] {
  return Object.entries(webhooks ?? {}).flatMap(([forge, given]) =>
    given?.secret === undefined ? [] : [[forge, given.secret] as const],
  )
}

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

async function storeOf(
  database: Settings['database'],
  folder: string,
  credentials: Credentials,
): Promise<StoreLocation> {
  if (database?.credential !== undefined) {
    const text = (await credentials.read(database.credential)).reveal().trim()
    return { kind: 'postgres', url: new Redacted(text), folder }
  }
  if (database?.url !== undefined) return { kind: 'postgres', url: new Redacted(database.url), folder }
  return { kind: 'embedded', folder }
}

function addressOf(text: string): ListenAddress {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

function proxiesOf({ proxies }: Settings, environment: Environment): Environment {
  const given = {
    HTTPS_PROXY: proxies?.https,
    HTTP_PROXY: proxies?.http,
    NO_PROXY: proxies?.none?.join(','),
  }
  const own: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(given)) {
    own[name] = value ?? environment[name.toLowerCase()] ?? environment[name]
  }
  return own
}
