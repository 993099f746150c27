import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

type Family = 'ipv4' | 'ipv6'
type Rule = readonly [net: string, bits: number, family: Family, what: string]

const rules: readonly Rule[] = [
  ['127.0.0.0', 8, 'ipv4', 'a loopback address'],
  ['0.0.0.0', 8, 'ipv4', 'an address of this host'],
  ['169.254.0.0', 16, 'ipv4', 'a link-local address'],
  ['224.0.0.0', 3, 'ipv4', 'a multicast or reserved address'],
  ['100.100.100.200', 32, 'ipv4', 'a metadata address'],
  ['168.63.129.16', 32, 'ipv4', 'a metadata address'],
  ['192.0.0.192', 32, 'ipv4', 'a metadata address'],
  ['::1', 128, 'ipv6', 'a loopback address'],
  ['::', 128, 'ipv6', 'an address of this host'],
  ['fe80::', 10, 'ipv6', 'a link-local address'],
  ['ff00::', 8, 'ipv6', 'a multicast address'],
  ['fd00:ec2::254', 128, 'ipv6', 'a metadata address'],
  ['fd20:ce::254', 128, 'ipv6', 'a metadata address'],
]

const lists = rules.map(([net, bits, family, what]) => {
  const list = new BlockList()
  list.addSubnet(net, bits, family)
  return { list, what }
})

// IPv6 ranges that carry an IPv4 address, and where in the eight groups it stands.
const carriers: readonly (readonly [string, number, number])[] = [
  ['::', 96, 6],
  ['::ffff:0:0', 96, 6],
  ['::ffff:0:0:0', 96, 6],
  ['64:ff9b::', 96, 6],
  ['64:ff9b:1::', 48, 6],
  ['2002::', 16, 1],
]

/**
 * What is wrong with an IP address as a place that somebody else named, of a cluster or a chart; undefined when
 * nothing is. Private ranges are ordinary (hub "Kubeconfigs"; safety rows 15, 23).
 */
export function refusalOfAddress(address: string): string | undefined {
  const family = isIP(address)
  if (family === 0) return 'not an address'
  const kind: Family = family === 4 ? 'ipv4' : 'ipv6'
  const direct = lists.find(({ list }) => list.check(address, kind))
  if (direct !== undefined) return direct.what
  if (family === 4) return undefined
  for (const [net, bits, group] of carriers) {
    const list = new BlockList()
    list.addSubnet(net, bits, 'ipv6')
    if (!list.check(address, 'ipv6')) continue
    const inner = lists.find((rule) => rule.list.check(innerAddress(address, group), 'ipv4'))
    if (inner !== undefined) return inner.what
  }
  return undefined
}

/** The IPv4 address that stands in two of the groups of an IPv6 address. */
function innerAddress(address: string, group: number): string {
  // The URL parser writes every spelling in one: hexadecimal groups with at most one `::`.
  const [head = '', tail] = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  const bytes = [groups[group], groups[group + 1]].map((hex = '0') => Number.parseInt(hex, 16))
  return bytes.flatMap((pair) => [pair >> 8, pair & 255]).join('.')
}

/**
 * What is wrong with the host of a URL before any name is resolved: literal addresses in every spelling
 * (the URL parser has made them canonical) and names that always mean this machine.
 */
export function refusalOfHost(hostname: string): string | undefined {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  if (host === '') return 'empty'
  if (isIP(host) !== 0) return refusalOfAddress(host)
  if (host === 'localhost' || host.endsWith('.localhost')) return 'a loopback name'
  if (host === 'metadata' || host === 'metadata.google.internal') return 'a metadata name'
  return undefined
}

/**
 * Makes a DNS lookup for `net.connect` that refuses a name when any of its addresses is refused, with the error
 * that `refused` makes. It runs at each connection, on the very answer that is connected to, so a name that
 * changes its mind gains nothing. `lookup` asks in place of the machine's own resolver.
 */
export function guardedLookup(
  refused: (host: string, refusal: string) => Error,
  lookup: typeof dnsLookup = dnsLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    const wanted: LookupOptions = { ...options, all: true }
    lookup(hostname, wanted, (error, found) => {
      const addresses = found as unknown as LookupAddress[]
      if (error !== null) {
        callback(error, '', 0)
        return
      }
      for (const { address } of addresses) {
        const refusal = refusalOfAddress(address)
        if (refusal === undefined) continue
        callback(refused(hostname, refusal), '', 0)
        return
      }
      const [first] = addresses
      if (options.all === true) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family ?? 0)
    })
  }
}
