import type { Environment } from './output/terminal.ts'

/** What a kubeconfig context says about itself and its cluster. */
export interface KubeContext {
  readonly name: string
  readonly namespace: string
  readonly user: string
  /** Asks the cluster. */
  readonly clusterId: () => Promise<string>
}

/**
 * Opens a context of the kubeconfig (the current one when none is named), hands it to `use` and closes the connection
 * again. Throws `KubeFailure`.
 */
export async function withContext<Result>(
  named: string | undefined,
  environment: Environment,
  use: (context: KubeContext) => Promise<Result>,
): Promise<Result> {
  const { ClusterClient, connectionOf, loadKubeconfig } = await import('../kube/index.ts')
  const kubeconfig = await loadKubeconfig({ environment })
  const connection = connectionOf(kubeconfig, named, { trust: 'operator' })
  const entry = kubeconfig.contexts.find((one) => one.name === connection.name)
  const client = new ClusterClient(connection)
  try {
    return await use({
      name: connection.name,
      namespace: connection.namespace ?? 'default',
      user: entry?.user ?? '-',
      clusterId: () => client.clusterId(),
    })
  } finally {
    await client.close()
  }
}
