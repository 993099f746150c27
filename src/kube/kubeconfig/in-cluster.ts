import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../runtime/index.ts'
import { type Connection, credentialsFrom } from '../connection/index.ts'
import { KubeFailure } from '../failure.ts'

export interface InClusterOptions {
  readonly environment?: { readonly [name: string]: string | undefined }
  /** Where the service account is mounted. */
  readonly folder?: string
  readonly clock?: Clock
}

/**
 * The connection of a Pod to its own cluster: the mounted service account, its token read again as it rotates.
 * Never through a proxy. Throws `bad-kubeconfig` outside a cluster.
 */
export async function inClusterConnection(options: InClusterOptions = {}): Promise<Connection> {
  const {
    environment = process.env,
    folder = '/var/run/secrets/kubernetes.io/serviceaccount',
    clock = systemClock,
  } = options
  const host = environment.KUBERNETES_SERVICE_HOST ?? ''
  const port = environment.KUBERNETES_SERVICE_PORT ?? ''
  if (host === '' || port === '') {
    throw new KubeFailure(
      'bad-kubeconfig',
      'in-cluster account: cannot use it: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set',
      { hint: 'run inside a cluster, or give a kubeconfig' },
    )
  }
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')
  return {
    name: 'in-cluster',
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    namespace: namespace.trim() === '' ? undefined : namespace.trim(),
    trust: 'operator',
    allowedHosts: [],
    tls: { ca: { file: join(folder, 'ca.crt') }, serverName: undefined, insecure: false },
    proxy: undefined,
    credentials: credentialsFrom({ token: { file: join(folder, 'token') } }, clock),
    identity: undefined,
  }
}
