import { dirname } from 'node:path'
import type { Cluster } from '../../../core/kinds/index.ts'
import {
  type Connection,
  connectionOf,
  inClusterConnection,
  type KubeconfigSource,
  loadKubeconfig,
} from '../../../kube/index.ts'
import type { Clock } from '../../../runtime/index.ts'
import { type HubConfig, isLoopback } from '../../config/index.ts'
import { HubFailure } from '../../failure.ts'

/** The name that stands for the account of the Pod in which the hub runs, where hub.yaml gives it to nothing else. */
const ownAccount = 'in-cluster'

/**
 * A connection to a cluster with the credentials of now. Its record names a kubeconfig of hub.yaml, or a credential that
 * holds one; both come from whoever runs the hub, so everything that kubectl knows may stand in them (hub
 * "Kubeconfigs"). Throws `no-credential`, `no-agent`, or the failure of the kubeconfig.
 */
export async function connectCluster(cluster: Cluster, config: HubConfig, clock: Clock): Promise<Connection> {
  const { connect } = cluster.spec
  if ('agent' in connect) {
    throw new HubFailure('no-agent', `cluster ${cluster.metadata.name}: this version has no agents`, {
      subject: `cluster ${cluster.metadata.name}`,
      hint: 'write connect: {kubeconfig: {secret: NAME}} with the name of a credential of hub.yaml',
    })
  }
  const { secret, context } = connect.kubeconfig
  if (secret === ownAccount && !isNamed(secret, config)) return inClusterConnection({ clock })
  const kubeconfig = await loadKubeconfig(await sourceOf(secret, config))
  return connectionOf(kubeconfig, context, { trust: 'operator', environment: config.proxies, clock })
}

async function sourceOf(secret: string, config: HubConfig): Promise<KubeconfigSource> {
  const own = config.kubeconfigs.find(({ name }) => name === secret)
  if (own !== undefined) return { files: [own.file] }
  const isOwn = secret === 'default' && isLoopback(config.listen.host) && !isNamed(secret, config)
  // A hub that its operator started on a loopback address may use what kubectl would use.
  if (isOwn) return { environment: process.env }
  const text = (await config.credentials.read(secret)).reveal()
  const file = config.credentials.fileOf(secret)
  return file === undefined ? { text } : { text, folder: dirname(file) }
}

function isNamed(secret: string, { credentials, kubeconfigs }: HubConfig): boolean {
  return credentials.has(secret) || kubeconfigs.some(({ name }) => name === secret)
}
