import { type ApiCode, apiFailure } from '../../api/index.ts'
import type { Failure } from '../../core/failure.ts'
import { crossOrigin } from './same-origin.ts'

/** True for the names and addresses of this machine's loopback interface. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Makes a check of the Host and Origin headers, which keeps pages of other origins from speaking with the hub through
 * a browser, also by DNS rebinding. On loopback only loopback names pass, besides those that are given; a hub that
 * listens elsewhere without given names takes any Host, and an Origin only when it is its own Host.
 */
export function hostCheck(
  listenHost: string,
  names: readonly string[],
): (host: string | undefined, origin: string | undefined) => Failure<ApiCode> | undefined {
  const allowed = new Set(names.map((name) => name.toLowerCase()))
  const local = isLoopback(listenHost)
  const passes = (host: string): boolean => {
    const name = nameOf(host)
    if (name === undefined) return false
    if (allowed.has(name)) return true
    return local ? isLoopback(name) : allowed.size === 0
  }
  return (host, origin) => {
    if (host === undefined || !passes(host)) return refused(host)
    if (origin === undefined || hostOfOrigin(origin) === host.toLowerCase()) return undefined
    return crossOrigin(`its Origin is ${JSON.stringify(origin.slice(0, 100))}, not this hub`)
  }
}

/** The name in a Host header, without its port; undefined when it is no Host. */
function nameOf(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1]
}

function hostOfOrigin(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1]
}

function refused(host: string | undefined): Failure<ApiCode> {
  const shown = host === undefined ? 'missing' : JSON.stringify(host.slice(0, 100))
  return apiFailure('wrong-host', `request: refused: the Host header is ${shown}`, {
    hint: 'use the address that the hub printed at its start, or add the name to publicUrl in hub.yaml',
  })
}
