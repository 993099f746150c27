import { lookup as dnsLookup } from 'node:dns'
import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { reasonOf } from '../../core/failure.ts'
import { guardedLookup, proxyFromEnvironment, type ProxyEnvironment } from '../../runtime/index.ts'
import { chartFailure } from '../failures.ts'
import { refusedAddress } from './chart-hosts.ts'

export interface DiallerOptions {
  readonly caFile: string | undefined
  readonly proxies: ProxyEnvironment
  /** Resolves names in place of the machine. */
  readonly lookup: typeof dnsLookup | undefined
}

interface TlsOptions {
  readonly servername: string
  readonly minVersion: 'TLSv1.2'
  /** The machine's authorities and ours; made once, because it takes longer than a request. */
  readonly secureContext?: SecureContext
}

/** What one request is sent with. */
export interface Dial {
  readonly headers: Readonly<Record<string, string>>
  /** True unless the operator named this very address. */
  readonly guarded: boolean
  readonly subject: string
  readonly signal: AbortSignal
}

/**
 * Opens one connection for one request. A guarded host is connected to at the very addresses that were checked, so a
 * name that changes its mind between check and use gains nothing; behind a proxy the checked address is what the
 * proxy is asked for (safety row 15).
 */
export class Dialler {
  readonly #options: DiallerOptions
  #trusted: { readonly text: string; readonly context: SecureContext } | undefined

  constructor(options: DiallerOptions) {
    this.#options = options
  }

  /** The answer, as soon as its head is there. Rejects with the system's error or a `ChartFailure`. */
  async ask(url: URL, dial: Dial): Promise<IncomingMessage> {
    const { guarded, headers, subject, signal } = dial
    const isTls = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const lookup = guardedLookup(
      (name, refusal) => refusedAddress(subject, name, refusal),
      this.#options.lookup ?? dnsLookup,
    )
    const proxy = proxyFromEnvironment(url, this.#options.proxies)
    const target = proxy !== undefined && guarded ? await resolve(host, lookup) : host
    const options: RequestOptions = {
      method: 'GET',
      host: target,
      port: url.port === '' ? (isTls ? 443 : 80) : url.port,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host },
      signal,
      maxHeaderSize: 32 * 1024,
      agent: agentFor(isTls, proxy, subject),
      ...(guarded && proxy === undefined ? { lookup } : {}),
      ...(isTls ? await this.#tls(host, subject) : {}),
    }
    return new Promise((done, fail) => {
      const request = (isTls ? httpsRequest : httpRequest)(options, done)
      request.on('error', fail)
      request.end()
    })
  }

  async #tls(host: string, subject: string): Promise<TlsOptions> {
    // An address must not be sent as a server name (RFC 6066).
    const named = { servername: isIP(host) === 0 ? host : '', minVersion: 'TLSv1.2' } as const
    const { caFile } = this.#options
    if (caFile === undefined) return named
    let text: string
    try {
      text = await readFile(caFile, 'utf8')
    } catch (error) {
      throw chartFailure(subject, 'tls', `cannot read the extra authorities: ${reasonOf(error)}`, {
        hint: 'mount the file of authorities in hub.yaml',
      })
    }
    if (this.#trusted?.text !== text) {
      const context = createSecureContext({ ca: [...getCACertificates('default'), text] })
      this.#trusted = { text, context }
    }
    return { ...named, secureContext: this.#trusted.context }
  }
}

/** One connection a request: nothing of one exchange is left for the next. */
function agentFor(isTls: boolean, proxy: URL | undefined, subject: string): HttpAgent | HttpsAgent | false {
  if (proxy === undefined) return false
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    throw chartFailure(
      subject,
      'unreachable',
      `cannot use a proxy of the kind ${proxy.protocol.slice(0, -1)}`,
      {
        hint: 'name an http or https proxy in hub.yaml',
      },
    )
  }
  const proxyEnv = isTls ? { HTTPS_PROXY: proxy.href } : { HTTP_PROXY: proxy.href }
  return isTls ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv })
}

function resolve(host: string, lookup: ReturnType<typeof guardedLookup>): Promise<string> {
  return new Promise((done, fail) => {
    lookup(host, { all: false }, (error, address) => {
      if (error === null) done(typeof address === 'string' ? address : (address[0]?.address ?? host))
      else fail(error)
    })
  })
}
