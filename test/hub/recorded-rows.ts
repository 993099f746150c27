import type { KubeObject } from '../../src/core/object/index.ts'
import { keyOf, refOf } from '../../src/core/object/index.ts'
import type { QuotaUse } from '../../src/core/quota/index.ts'
import type { RecordedNews } from '../../src/hub/store/index.ts'

const rbac = 'rbac.authorization.k8s.io'

/** An object as an engine records it, at its first look. */
export function recordedNews(
  cluster: string,
  content: KubeObject,
  at: string,
  quota?: readonly QuotaUse[],
): RecordedNews {
  const writer = {
    manager: 'kubectl',
    kind: 'human',
    sure: 'observed',
    when: at,
    whenIsBound: false,
  } as const
  const hash = JSON.stringify(content)
  const now = { resourceVersion: '1', uid: 'u', content, hash, ...(quota === undefined ? {} : { quota }) }
  return { cluster, change: { key: keyOf(refOf(content)), now, writer, at, isChange: false } }
}

/** That all objects of these kinds are recorded. */
export function completeKinds(cluster: string, at: string): RecordedNews[] {
  const kinds = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].map((kind) => [rbac, kind])
  return [...kinds, ['', 'ResourceQuota']].map(([group = '', kind = '']) => ({
    cluster,
    kind: { group, kind, state: 'complete', at },
  }))
}

/** A role that may read pods; in no namespace a ClusterRole. */
export function roleOf(name: string, namespace?: string, verbs: readonly string[] = ['get']): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    rules: [{ verbs, apiGroups: [''], resources: ['pods'] }],
  }
}

/** A binding of that name to a role, in a namespace or everywhere. */
export function bindingOf(
  name: string,
  role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string },
  subjects: readonly object[],
  namespace?: string,
): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: rbac, ...role },
    subjects,
  }
}

export function quotaOf(name: string, namespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace } }
}

/** On a cluster: pods may be read in `space` and in `xspace`, and everywhere by a binding of its own name. */
export function recordedOf(cluster: string, at: string): RecordedNews[] {
  const everywhere = cluster === 'xcluster' ? 'xspace-xbundle' : 'xspace-wide'
  const team = [{ kind: 'Group', name: 'team' }]
  const role = { kind: 'ClusterRole', name: 'reader' } as const
  const objects = [
    roleOf('reader'),
    bindingOf('space-team', role, team, 'space'),
    bindingOf('xspace-team', role, team, 'xspace'),
    bindingOf(everywhere, role, [{ kind: 'User', name: everywhere }]),
  ]
  const use: QuotaUse = { resource: 'pods', hard: '10', used: '9', full: 0.9 }
  return [
    ...objects.map((object) => recordedNews(cluster, object, at)),
    recordedNews(cluster, quotaOf('space-quota', 'space'), at, [use]),
    recordedNews(cluster, quotaOf('xspace-quota', 'xspace'), at, [use]),
    ...completeKinds(cluster, at),
  ]
}
