import { isIP, BlockList } from 'node:net'

/** The part of the environment that names proxies. */
export interface ProxyEnvironment {
  readonly [name: string]: string | undefined
}

/**
 * The proxy for a server by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (either case, lower case first), read as Go
 * reads them: loopback is never proxied; `NO_PROXY` holds `*`, hosts with their subdomains, `.suffix`, addresses,
 * CIDR ranges, each with an optional port.
 */
export function proxyFromEnvironment(server: URL, environment: ProxyEnvironment): URL | undefined {
  const read = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? ''
  const proxy = read(server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  if (proxy === '') return undefined
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port
  for (const entry of read('NO_PROXY').split(',')) {
    if (covers(entry.trim().toLowerCase(), host, port)) return undefined
  }
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`)
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  if (entry.includes('/')) return inRange(entry, host)
  if (isIP(entry) !== 0) return entry === host
  const [, name = entry, wanted] = /^(.*):(\d+)$/.exec(entry) ?? []
  if (wanted !== undefined && wanted !== port) return false
  const bare = name.replace(/^\*?\./, '')
  return host.endsWith(`.${bare}`) || (host === bare && !name.startsWith('.') && !name.startsWith('*.'))
}

function inRange(entry: string, host: string): boolean {
  const [net = '', bits] = entry.split('/')
  const family = isIP(net)
  if (family === 0 || isIP(host) !== family) return false
  const length = Number(bits)
  if (!Number.isInteger(length) || length < 0 || length > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(net, length, family === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
