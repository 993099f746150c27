import type { BareClient } from './bare-client.ts'

/** How many requests an API server has answered, by verb and resource: `PATCH configmaps`. */
export type Served = ReadonlyMap<string, number>

const fairness =
  /^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="global-default"[^}]*\} ([0-9.e+]+)$/gm
const counter = /^apiserver_request_total\{([^}]*)\} ([0-9.e+]+)$/gm
const label = /(\w+)="([^"]*)"/g

/**
 * Reads the server's own counter. Watches are counted by it when they end. What the server asks itself (its
 * leases, its priority levels, the objects that it keeps) is among them.
 */
export async function readServed(client: BareClient): Promise<Served> {
  const text = await client.text('/metrics')
  const served = new Map<string, number>()
  for (const [, labels = '', value = ''] of text.matchAll(counter)) {
    const found = new Map([...labels.matchAll(label)].map(([, name, text]) => [name, text]))
    const subresource = found.get('subresource') ?? ''
    const resource = `${found.get('resource') ?? ''}${subresource === '' ? '' : `/${subresource}`}`
    const key = `${found.get('verb') ?? ''} ${resource}`
    served.set(key, (served.get(key) ?? 0) + Number(value))
  }
  return served
}

/** What was served between two readings, without what nobody asked for. */
export function servedBetween(before: Served, after: Served): Map<string, number> {
  const grown = new Map<string, number>()
  for (const [key, count] of after) {
    const more = count - (before.get(key) ?? 0)
    if (more > 0) grown.set(key, more)
  }
  return grown
}

/**
 * How many requests ordinary users have made, the openings of watches among them, by the server's own count of
 * what it let through. Administrators and the server itself are not in it, and so neither is the bench's own look
 * at the server.
 */
export async function readAsked(client: BareClient): Promise<number> {
  const text = await client.text('/metrics')
  return [...text.matchAll(fairness)].reduce((sum, [, value]) => sum + Number(value), 0)
}
