import { mapOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { create, objectAt } from './acting.ts'
import { type Controller, itself } from './controller.ts'

/** Gives every namespace its default ServiceAccount, and the certificate of the cluster for its pods. */
export const serviceAccounts: Controller = {
  watches: {
    namespaces: itself,
    serviceaccounts: ({ key, object }) => (object === undefined ? [key.split('/')[0] ?? ''] : []),
    configmaps: ({ key, object }) =>
      object === undefined && key.endsWith('/kube-root-ca.crt') ? [key.split('/')[0] ?? ''] : [],
  },
  async reconcile(cluster: Cluster, namespace) {
    const live = objectAt(cluster, 'namespaces', namespace)
    if (live === undefined || mapOf(live.metadata).deletionTimestamp !== undefined) return undefined
    await create(cluster, 'serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    })
    await create(cluster, 'configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': 'a simulated cluster has no certificate of its own\n' },
    })
    return undefined
  },
}
