import { isIP } from 'node:net'
import { refusalOfHost } from '../../runtime/index.ts'
import { chartFailure } from '../failures.ts'

/** What is known about a URL that may be asked. */
export interface AllowedUrl {
  /** True when the operator named this very address: it is not guarded any more. */
  readonly byAddress: boolean
}

/**
 * The hosts that charts may come from. Everything that is asked, each hop of a redirect included, passes here first
 * (safety row 15).
 */
export class ChartHosts {
  readonly #allowed: readonly string[]
  readonly #plain: readonly string[]

  constructor(allowed: readonly string[], plain: readonly string[]) {
    this.#allowed = allowed.map((entry) => entry.toLowerCase())
    this.#plain = plain.map((entry) => entry.toLowerCase())
  }

  /** True for a host that is spoken to without TLS. */
  isPlain(url: URL): boolean {
    return covers(this.#plain, url)
  }

  /** Throws `invalid-url`, `host-not-allowed` or `refused-address`. */
  check(url: URL, subject: string): AllowedUrl {
    if (url.username !== '' || url.password !== '') {
      throw chartFailure(subject, 'invalid-url', `${shownUrl(url)} holds a user or password`, {
        hint: 'remove it, and list a credential for this origin in hub.yaml',
      })
    }
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.isPlain(url))) {
      const scheme = url.protocol.slice(0, -1)
      throw chartFailure(subject, 'invalid-url', `cannot ask ${shownUrl(url)}: ${scheme} is not allowed`, {
        hint: 'use https, or list the host for plain HTTP in hub.yaml',
      })
    }
    const refusal = refusalOfHost(url.hostname)
    if (refusal !== undefined && !isListed(this.#allowed, url)) {
      throw refusedAddress(subject, url.hostname, refusal)
    }
    if (!covers(this.#allowed, url)) {
      throw chartFailure(subject, 'host-not-allowed', `cannot ask ${url.host}: the host is not allowed`, {
        hint: `list ${url.host} among the hosts of charts in hub.yaml`,
      })
    }
    return { byAddress: refusal !== undefined || isIP(bare(url)) !== 0 }
  }
}

/** The failure for a host that nobody may name. */
export function refusedAddress(subject: string, host: string, refusal: string): Error {
  return chartFailure(subject, 'refused-address', `cannot ask ${host}: it is ${refusal}`, {
    hint: 'name a host that is reachable from elsewhere, or list the address itself in hub.yaml',
  })
}

/** A URL for messages: without user, password and query, which may be signatures. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

function bare(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
}

/** Host and port as an entry writes them; without a port where it is the usual one. */
function isListed(entries: readonly string[], url: URL): boolean {
  const usual = url.protocol === 'https:' ? '443' : '80'
  const names = url.port === '' ? [url.host, `${url.host}:${usual}`] : [url.host]
  return names.some((name) => entries.includes(name.toLowerCase()))
}

function covers(entries: readonly string[], url: URL): boolean {
  if (isListed(entries, url)) return true
  const host = url.host.toLowerCase()
  if (isIP(bare(url)) !== 0) return false
  return entries.some((entry) => entry.startsWith('*.') && host.endsWith(entry.slice(1)))
}
