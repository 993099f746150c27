import { tokenOf } from '../access/index.ts'

export interface KubeconfigOptions {
  /** The address of the simulator, without a cluster's prefix. */
  readonly url: string
  readonly certificate: string
  readonly clusters: readonly string[]
  readonly users: readonly string[]
}

/**
 * A kubeconfig with a context for each user on each cluster: `cluster` for the first user, `user@cluster` for the others.
 * JSON is YAML too, and every client reads it.
 */
export function kubeconfigOf({ url, certificate, clusters, users }: KubeconfigOptions): string {
  const [first] = users
  const authority = Buffer.from(certificate).toString('base64')
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: clusters.map((name) => ({
        name,
        cluster: { server: `${url}/clusters/${name}`, 'certificate-authority-data': authority },
      })),
      users: users.map((name) => ({ name, user: { token: tokenOf(name) } })),
      contexts: clusters.flatMap((cluster) =>
        users.map((user) => ({
          name: user === first ? cluster : `${user}@${cluster}`,
          context: { cluster, user },
        })),
      ),
      'current-context': clusters[0] ?? '',
    },
    null,
    1,
  )}\n`
}
