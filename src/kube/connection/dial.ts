import { createHash } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect as tlsConnect,
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { SharedValues } from '../../core/shared-values.ts'
import { type Clock, guardedLookup, refusalOfHost } from '../../runtime/index.ts'
import { KubeFailure } from '../failure.ts'
import type { Connection } from './connection.ts'
import { readCredentialFile } from './credentials.ts'
import { connectTcp, tunnelThrough } from './tunnel.ts'

export interface Dialled {
  readonly socket: Socket | TLSSocket
  readonly protocol: 'h2' | 'http/1.1'
}

const dialTimeoutMs = 10_000

/** The failure for a host that a foreign kubeconfig may not name. */
function refusedAddress(host: string, refusal: string): KubeFailure {
  return new KubeFailure('refused-kubeconfig', `cluster.server: cannot use ${host}: it is ${refusal}`, {
    subject: 'kubeconfig',
    hint: 'name an address that is reachable from outside that host, or allow this one in hub.yaml',
  })
}

const guarded = guardedLookup(refusedAddress)

/**
 * Opens one connection to the API server: through the proxy where there is one, with the addresses checked where
 * the kubeconfig is foreign, and with credentials and authorities read afresh.
 *
 * Throws `unreachable`, `tls`, `timeout`, `no-credential` or `refused-kubeconfig`.
 */
export async function dial(connection: Connection, clock: Clock, signal: AbortSignal): Promise<Dialled> {
  const { server, name } = connection
  const stop = new AbortController()
  let expired = false
  const timer = clock.setTimeout(() => {
    expired = true
    stop.abort()
  }, dialTimeoutMs)
  try {
    const within = AbortSignal.any([signal, stop.signal])
    const tcp = await openTcp(connection, within)
    if (server.protocol === 'http:') return { socket: tcp, protocol: 'http/1.1' }
    const options = await tlsOptions(connection).catch((error: unknown) => {
      tcp.destroy()
      throw error
    })
    const socket = await secure(tcp, options, within)
    return { socket, protocol: socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1' }
  } catch (error) {
    if (expired) {
      throw new KubeFailure(
        'timeout',
        `${name}: cannot connect to ${server.host} within ${dialTimeoutMs / 1000} s`,
        {
          subject: name,
          retryable: true,
          hint: 'check the address and the way to it: firewall, proxy, VPN',
        },
      )
    }
    throw connectFailure(error, connection)
  } finally {
    timer.cancel()
  }
}

async function openTcp(connection: Connection, signal: AbortSignal): Promise<Socket> {
  const { server, proxy } = connection
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const port = Number(server.port === '' ? (server.protocol === 'https:' ? 443 : 80) : server.port)
  const isGuarded = connection.trust === 'foreign' && !connection.allowedHosts.includes(host)
  if (isGuarded) {
    const refusal = refusalOfHost(server.hostname)
    if (refusal !== undefined) throw refusedAddress(server.hostname, refusal)
  }
  if (proxy === undefined) return connectTcp(host, port, signal, isGuarded ? guarded : undefined)
  // Behind a proxy the name would be resolved out of our sight, so a guarded one is resolved here and now.
  const target = isGuarded && isIP(host) === 0 ? await resolveGuarded(host) : host
  return tunnelThrough(proxy, target, port, signal)
}

function resolveGuarded(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    guarded(host, { all: false }, (error, address) => {
      if (error !== null) reject(error)
      else resolve(typeof address === 'string' ? address : (address[0]?.address ?? host))
    })
  })
}

async function tlsOptions(connection: Connection): Promise<ConnectionOptions> {
  const { tls, server, credentials } = connection
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const wanted = tls.serverName ?? host
  const certificate = await credentials.certificate()
  const ca =
    tls.ca === undefined ? undefined : 'text' in tls.ca ? tls.ca.text : await readCredentialFile(tls.ca.file)
  return {
    host,
    // An address must not be sent as a server name (RFC 6066); it is still what the certificate must stand for.
    servername: isIP(wanted) === 0 ? wanted : '',
    checkServerIdentity: (_host, cert) => checkServerIdentity(wanted, cert),
    rejectUnauthorized: !tls.insecure,
    ALPNProtocols: ['h2', 'http/1.1'],
    secureContext: contextOf({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...certificate,
    }),
  }
}

const contexts = new SharedValues<SecureContext>()

/** Connections with the same authorities and certificate share what is made of them. */
function contextOf(options: SecureContextOptions): SecureContext {
  const key = createHash('sha256').update(JSON.stringify(options)).digest('base64')
  return contexts.get(key) ?? contexts.share(key, createSecureContext(options))
}

/** Makes a TLS connection on top of an open socket; the socket does not outlive a failure. */
export function secure(tcp: Socket, options: ConnectionOptions, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    let socket: TLSSocket
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort)
      tcp.destroy()
      reject(error)
    }
    const abort = (): void => {
      socket.destroy()
      fail(new Error('aborted'))
    }
    try {
      socket = tlsConnect({ ...options, socket: tcp })
    } catch (error) {
      tcp.destroy()
      reject(error as Error)
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('close', () => fail(new Error('the connection was closed during the handshake')))
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      socket.removeAllListeners('close')
      // Between here and its next owner nobody listens, and an error without a listener ends the process.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

const tlsCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|ERR_CRYPTO|INVALID_CA|INVALID_PURPOSE/

/** The failure for anything that went wrong on the way to a server. */
export function connectFailure(error: unknown, connection: Connection): KubeFailure {
  if (error instanceof KubeFailure) return error
  const { name, server } = connection
  const { code, message } = plainError(error)
  const subject = name
  if (tlsCodes.test(code) || /certificate|\bssl\b|\btls\b|PEM/i.test(message)) {
    return new KubeFailure('tls', `${name}: cannot trust ${server.host}: ${message}`, {
      subject,
      cause: error,
      hint: 'compare certificate-authority-data and tls-server-name of the kubeconfig with the certificate of the server',
    })
  }
  return new KubeFailure('unreachable', `${name}: cannot reach ${server.host}: ${message}`, {
    subject,
    cause: error,
    retryable: true,
    hint: 'check that the API server runs and that the way to it is open',
  })
}

/** Several attempts (IPv4 and IPv6) fail as one error without a message; the first of them says why. */
function plainError(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return plainError(error.errors[0])
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { code, message: error.message === '' ? code : error.message }
}
