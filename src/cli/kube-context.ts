import { valueAt } from '../core/object/index.ts'
import type { ClusterApi } from '../kube/index.ts'
import type { Environment } from './output/terminal.ts'

/** What a kubeconfig context says about itself and its cluster. */
export interface KubeContext {
  readonly name: string
  readonly namespace: string
  /** Asks the cluster who it takes us for; the kubeconfig's own name for the user where it does not tell. */
  readonly user: () => Promise<string>
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
      user: () => userOf(client).catch(() => entry?.user ?? '-'),
      clusterId: () => client.clusterId(),
    })
  } finally {
    await client.close()
  }
}

const selfReview = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
}

/** The user name as the cluster sees it (KEP-3325); the review is answered and stored nowhere. */
async function userOf(client: ClusterApi): Promise<string> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: selfReview.kind, metadata: { name: '' } }
  const { object } = await client.create(selfReview, review, { manager: 'evenkeel' })
  const name = valueAt(object, 'status', 'userInfo', 'username')
  if (typeof name !== 'string' || name === '') throw new Error('the review names no user')
  return name
}
