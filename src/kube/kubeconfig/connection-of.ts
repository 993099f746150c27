import { isAbsolute, resolve } from 'node:path'
import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'
import { type Clock, proxyFromEnvironment, type ProxyEnvironment, systemClock } from '../../runtime/index.ts'
import {
  type Connection,
  type CredentialSources,
  credentialsFrom,
  ExecPlugin,
  type TextSource,
  type TlsSettings,
  type Trust,
} from '../connection/index.ts'
import { KubeFailure } from '../failure.ts'
import { type Identity, impersonationHeaders } from '../identity.ts'
import { checkForeign, checkForeignServer, type ForeignAllowance } from './foreign.ts'
import type { Entry, Kubeconfig } from './kubeconfig.ts'

export interface ConnectionOptions {
  /** Whose kubeconfig it is; decides what it may ask for. */
  readonly trust: Trust
  readonly allow?: ForeignAllowance
  /** For `HTTPS_PROXY` and `NO_PROXY`; the process's own by default. */
  readonly environment?: ProxyEnvironment
  readonly clock?: Clock
}

/**
 * The connection that a context describes (the current one when left out). Nothing is connected to yet; files and
 * programs are read and run when the first request needs them.
 *
 * Throws `bad-kubeconfig` for what is missing or wrong, `refused-kubeconfig` for what its origin may not have.
 */
export function connectionOf(
  kubeconfig: Kubeconfig,
  contextName: string | undefined,
  options: ConnectionOptions,
): Connection {
  const { trust, allow = {}, environment = process.env, clock = systemClock } = options
  const wanted = contextName ?? kubeconfig.currentContext
  if (wanted === undefined)
    throw bad('current-context', 'not set, and no context was named', namesOf(kubeconfig))
  const context = kubeconfig.contexts.find((one) => one.name === wanted)
  if (context === undefined)
    throw bad('contexts', `no context ${JSON.stringify(wanted)}`, namesOf(kubeconfig))
  const cluster = kubeconfig.clusters.get(context.cluster)
  if (cluster === undefined) {
    throw bad(`contexts.${wanted}.cluster`, `no cluster ${JSON.stringify(context.cluster)}`)
  }
  const user = context.user === '' ? { value: {}, folder: undefined } : kubeconfig.users.get(context.user)
  if (user === undefined) throw bad(`contexts.${wanted}.user`, `no user ${JSON.stringify(context.user)}`)
  if (trust === 'foreign') checkForeign(cluster.value, user.value, allow)
  const server = serverOf(cluster.value)
  if (trust === 'foreign') checkForeignServer(server, allow)
  const named = textOf(cluster.value['proxy-url'])
  return {
    name: wanted,
    server,
    namespace: context.namespace,
    trust,
    allowedHosts: allow.hosts ?? [],
    tls: tlsOf(cluster),
    proxy: named === undefined ? proxyFromEnvironment(server, environment) : proxyUrl(named),
    credentials: credentialsFrom(sourcesOf(cluster, user, server, clock), clock),
    identity: identityOf(user.value),
  }
}

function serverOf(cluster: JsonMap): URL {
  const text = textOf(cluster.server)
  if (text === undefined) throw bad('cluster.server', 'missing')
  const server = URL.parse(text)
  if (server === null || (server.protocol !== 'https:' && server.protocol !== 'http:')) {
    throw bad('cluster.server', 'not an https or http address')
  }
  if (server.username !== '' || server.password !== '')
    throw bad('cluster.server', 'it holds a user or password')
  return server
}

function tlsOf(cluster: Entry): TlsSettings {
  const insecure = cluster.value['insecure-skip-tls-verify'] === true
  const ca = sourceOf(cluster, 'certificate-authority-data', 'certificate-authority', 'cluster')
  if (insecure && ca !== undefined) {
    throw bad('cluster.insecure-skip-tls-verify', 'set together with a certificate authority')
  }
  return { ca, serverName: textOf(cluster.value['tls-server-name']), insecure }
}

function proxyUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol)) {
    throw bad('cluster.proxy-url', 'not an http, https or socks5 address')
  }
  return url
}

function sourcesOf(cluster: Entry, user: Entry, server: URL, clock: Clock): CredentialSources {
  const { value } = user
  if (value['auth-provider'] !== undefined) {
    throw bad('user.auth-provider', 'Kubernetes dropped it in 1.26', 'use the exec plugin of that provider')
  }
  const tokenFile = textOf(value.tokenFile)
  const tokenText = textOf(value.token)
  const token: TextSource | undefined =
    tokenFile !== undefined
      ? { file: pathOf(tokenFile, user, 'user.tokenFile') }
      : tokenText !== undefined
        ? { text: tokenText }
        : undefined
  const username = textOf(value.username)
  const cert = sourceOf(user, 'client-certificate-data', 'client-certificate', 'user')
  const key = sourceOf(user, 'client-key-data', 'client-key', 'user')
  if ((cert === undefined) !== (key === undefined)) {
    throw bad('user', 'client-certificate and client-key must be given together')
  }
  if (username !== undefined && token !== undefined)
    throw bad('user', 'both a token and a username are given')
  const exec =
    value.exec === undefined || value.exec === null
      ? undefined
      : execOf(value.exec, cluster, user, clock, server)
  return {
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { basic: { username, password: textOf(value.password) ?? '' } }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(exec === undefined ? {} : { exec }),
  }
}

function execOf(exec: Json, cluster: Entry, user: Entry, clock: Clock, server: URL): ExecPlugin {
  if (!isMap(exec)) throw bad('user.exec', 'not a map')
  const command = textOf(exec.command)
  if (command === undefined) throw bad('user.exec.command', 'missing')
  if (exec.interactiveMode === 'Always') {
    throw bad('user.exec.interactiveMode', 'Always needs a terminal', 'log in beforehand and use IfAvailable')
  }
  const env: [string, string][] = []
  for (const one of isList(exec.env) ? exec.env : []) {
    if (isMap(one) && typeof one.name === 'string') env.push([one.name, textOf(one.value) ?? ''])
  }
  const args = isList(exec.args) ? exec.args : []
  return new ExecPlugin({
    command,
    args: args.map((arg) => {
      if (typeof arg !== 'string') throw bad('user.exec.args', 'not a list of texts')
      return arg
    }),
    env: Object.fromEntries(env),
    folder: user.folder ?? process.cwd(),
    apiVersion: textOf(exec.apiVersion) ?? '',
    cluster: exec.provideClusterInfo === true ? clusterInfo(cluster.value, server) : undefined,
    installHint: textOf(exec.installHint),
    clock,
  })
}

/** The `spec.cluster` of an ExecCredential. */
function clusterInfo(cluster: JsonMap, server: URL): JsonMap {
  const extensions = isList(cluster.extensions) ? cluster.extensions : []
  const config = extensions.find((one) => isMap(one) && one.name === 'client.authentication.k8s.io/exec')
  const found: Record<string, Json | undefined> = {
    server: server.href.replace(/\/$/, ''),
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': cluster['certificate-authority-data'],
    'proxy-url': cluster['proxy-url'],
    config: isMap(config) ? config.extension : undefined,
  }
  const present = Object.entries(found).filter((pair): pair is [string, Json] => pair[1] !== undefined)
  return Object.fromEntries(present)
}

function identityOf(user: JsonMap): Identity | undefined {
  const as = textOf(user.as)
  const groups = isList(user['as-groups']) ? user['as-groups'].filter((one) => typeof one === 'string') : []
  const uid = textOf(user['as-uid'])
  const extra = isMap(user['as-user-extra']) ? user['as-user-extra'] : {}
  if (as === undefined) {
    if (groups.length > 0 || uid !== undefined || Object.keys(extra).length > 0) {
      throw bad('user.as', 'missing, while groups, uid or extra are given')
    }
    return undefined
  }
  const identity: Identity = {
    user: as,
    groups,
    ...(uid === undefined ? {} : { uid }),
    extra: Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        key,
        isList(values) ? values.filter((one) => typeof one === 'string') : [],
      ]),
    ),
  }
  impersonationHeaders(identity, { allowReserved: true })
  return identity
}

/** Inline data (base64) wins over a file, as in client-go. */
function sourceOf(entry: Entry, dataField: string, fileField: string, part: string): TextSource | undefined {
  const data = textOf(entry.value[dataField])
  if (data !== undefined) {
    const text = Buffer.from(data, 'base64').toString('utf8')
    if (!text.includes('-----BEGIN')) throw bad(`${part}.${dataField}`, 'not PEM in base64')
    return { text }
  }
  const file = textOf(entry.value[fileField])
  return file === undefined ? undefined : { file: pathOf(file, entry, `${part}.${fileField}`) }
}

function pathOf(file: string, entry: Entry, field: string): string {
  if (entry.folder !== undefined) return resolve(entry.folder, file)
  if (isAbsolute(file)) return file
  throw bad(field, 'a relative path, but the kubeconfig came without a file')
}

function namesOf(kubeconfig: Kubeconfig): string {
  const names = kubeconfig.contexts.map((context) => context.name)
  return names.length === 0 ? 'the kubeconfig holds no context' : `its contexts are ${names.join(', ')}`
}

function bad(field: string, why: string, hint?: string): KubeFailure {
  return new KubeFailure('bad-kubeconfig', `${field}: cannot use this kubeconfig: ${why}`, {
    subject: 'kubeconfig',
    details: [{ where: field, message: why }],
    ...(hint === undefined ? {} : { hint }),
  })
}

/** A copy: a piece of a kubeconfig would hold on to all of its text, which may tell of a thousand clusters. */
function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? Buffer.from(value).toString() : undefined
}
