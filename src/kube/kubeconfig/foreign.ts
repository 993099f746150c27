import type { JsonMap } from '../../core/object/index.ts'
import { refusalOfHost } from '../../runtime/index.ts'
import { KubeFailure } from '../failure.ts'

/** What `hub.yaml` may allow a kubeconfig that arrived by API or Git; nothing by default. */
export interface ForeignAllowance {
  /** Hosts or addresses, exactly as they stand in the address, that are allowed wherever they point. */
  readonly hosts?: readonly string[]
  readonly exec?: boolean
  readonly files?: boolean
  readonly proxy?: boolean
}

const clusterFiles = ['certificate-authority']
const userFiles = ['client-certificate', 'client-key', 'tokenFile']

/**
 * Throws `refused-kubeconfig`, naming the field, when a foreign kubeconfig asks for more than inline data: a
 * program, a file of this machine, a proxy, or an address that only makes sense from here (safety rows 22, 23).
 * Names that resolve to such an address are refused when they are connected to.
 */
export function checkForeign(cluster: JsonMap, user: JsonMap, allow: ForeignAllowance): void {
  if (user.exec !== undefined && allow.exec !== true) throw refused('user.exec', 'it runs a program here')
  for (const field of ['auth-provider', 'cmd-path']) {
    if (user[field] !== undefined) throw refused(`user.${field}`, 'it runs a program here')
  }
  if (allow.files !== true) {
    for (const field of clusterFiles) {
      if (cluster[field] !== undefined) throw refused(`cluster.${field}`, 'it reads a file here')
    }
    for (const field of userFiles) {
      if (user[field] !== undefined) throw refused(`user.${field}`, 'it reads a file here')
    }
  }
  if (cluster['proxy-url'] !== undefined && allow.proxy !== true) {
    throw refused('cluster.proxy-url', 'it redirects the connection')
  }
  for (const group of [...textsOf(user['as-groups']), ...textsOf(user.as)]) {
    if (group.toLowerCase().startsWith('system:'))
      throw refused('user.as', `${JSON.stringify(group)} is reserved`)
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

/** Refuses the address itself, as far as it shows without asking DNS. */
export function checkForeignServer(server: URL, allow: ForeignAllowance): void {
  const host = server.hostname.replace(/^\[|\]$/g, '')
  if (allow.hosts?.includes(host) === true) return
  if (server.protocol !== 'https:') throw refused('cluster.server', 'its connection is not encrypted')
  const refusal = refusalOfHost(server.hostname)
  if (refusal !== undefined) throw refused('cluster.server', `${server.hostname} is ${refusal}`)
}

function refused(field: string, why: string): KubeFailure {
  return new KubeFailure('refused-kubeconfig', `${field}: cannot use this kubeconfig: ${why}`, {
    subject: 'kubeconfig',
    details: [{ where: field, message: why }],
    hint: 'give inline data only, or allow the field in hub.yaml',
  })
}
