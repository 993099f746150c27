import { isList, type Json, type JsonMap } from '../../core/object/index.ts'

/**
 * The roles for people that every cluster begins with, and their bindings. Source: Kubernetes 1.36.3 (Apache-2.0),
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata; the roles of its own components are left out, as there are
 * no such components here. A rule reads `groups: resources: verbs`, or `paths addresses: verbs`.
 */
const roles: readonly {
  readonly name: string
  readonly labels?: readonly string[]
  readonly gathers?: string
  readonly rules: readonly string[]
}[] = [
  {
    name: 'admin',
    gathers: 'aggregate-to-admin',
    rules: [],
  },
  {
    name: 'cluster-admin',
    rules: ['*: *: *', 'paths *: *'],
  },
  {
    name: 'edit',
    labels: ['aggregate-to-admin'],
    gathers: 'aggregate-to-edit',
    rules: [],
  },
  {
    name: 'system:aggregate-to-admin',
    labels: ['aggregate-to-admin'],
    rules: [
      'authorization.k8s.io: localsubjectaccessreviews: create',
      'rbac.authorization.k8s.io: rolebindings roles: create delete deletecollection get list patch update watch',
    ],
  },
  {
    name: 'system:aggregate-to-edit',
    labels: ['aggregate-to-edit'],
    rules: [
      'core: pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy: get list watch',
      'core: serviceaccounts: impersonate',
      'core: pods pods/attach pods/exec pods/portforward pods/proxy: create delete deletecollection patch update',
      'core: pods/eviction: create',
      'core: configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy: create delete deletecollection patch update',
      'core: serviceaccounts/token: create',
      'core events.k8s.io: events: create delete deletecollection patch update',
      'apps: daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale: create delete deletecollection patch update',
      'autoscaling: horizontalpodautoscalers: create delete deletecollection patch update',
      'batch: cronjobs jobs: create delete deletecollection patch update',
      'extensions: daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale: create delete deletecollection patch update',
      'policy: poddisruptionbudgets: create delete deletecollection patch update',
      'networking.k8s.io: ingresses networkpolicies: create delete deletecollection patch update',
      'coordination.k8s.io: leases: create delete deletecollection get list patch update watch',
      'resource.k8s.io: resourceclaims resourceclaimtemplates: create delete deletecollection patch update',
    ],
  },
  {
    name: 'system:aggregate-to-view',
    labels: ['aggregate-to-view'],
    rules: [
      'core: configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status: get list watch',
      'core: bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status: get list watch',
      'core: namespaces: get list watch',
      'core events.k8s.io: events: get list watch',
      'discovery.k8s.io: endpointslices: get list watch',
      'apps: controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status: get list watch',
      'autoscaling: horizontalpodautoscalers horizontalpodautoscalers/status: get list watch',
      'batch: cronjobs cronjobs/status jobs jobs/status: get list watch',
      'extensions: daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale: get list watch',
      'policy: poddisruptionbudgets poddisruptionbudgets/status: get list watch',
      'networking.k8s.io: ingresses ingresses/status networkpolicies: get list watch',
      'resource.k8s.io: resourceclaims resourceclaims/status resourceclaimtemplates: get list watch',
    ],
  },
  {
    name: 'system:basic-user',
    rules: [
      'authorization.k8s.io: selfsubjectaccessreviews selfsubjectrulesreviews: create',
      'authentication.k8s.io: selfsubjectreviews: create',
    ],
  },
  {
    name: 'system:discovery',
    rules: [
      'paths /api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/: get',
    ],
  },
  {
    name: 'system:monitoring',
    rules: [
      'paths /flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz: get',
      'core: nodes/metrics: get',
    ],
  },
  {
    name: 'system:public-info-viewer',
    rules: ['paths /healthz /livez /readyz /version /version/: get'],
  },
  {
    name: 'view',
    labels: ['aggregate-to-edit'],
    gathers: 'aggregate-to-view',
    rules: [],
  },
]

const bindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:basic-user': ['system:authenticated'],
  'system:discovery': ['system:authenticated'],
  'system:monitoring': ['system:monitoring'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
}

const prefix = 'rbac.authorization.k8s.io/'
const apiVersion = 'rbac.authorization.k8s.io/v1'

/** The ClusterRoles and ClusterRoleBindings of a new cluster, without what a server adds. */
export function bootstrapAccess(): readonly JsonMap[] {
  const metadata = (name: string, labels: readonly string[] = []): JsonMap => ({
    name,
    labels: Object.fromEntries([
      ['kubernetes.io/bootstrapping', 'rbac-defaults'],
      ...labels.map((label) => [prefix + label, 'true']),
    ]) as JsonMap,
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  })
  const clusterRoles = roles.map(
    ({ name, labels, gathers }): JsonMap => ({
      apiVersion,
      kind: 'ClusterRole',
      metadata: metadata(name, labels),
      ...(gathers === undefined
        ? {}
        : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [prefix + gathers]: 'true' } }] } }),
      rules: rulesOf(name),
    }),
  )
  const clusterRoleBindings = Object.entries(bindings).map(
    ([name, groups]): JsonMap => ({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: metadata(name),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: groups.map((group) => ({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Group',
        name: group,
      })),
    }),
  )
  return [...clusterRoles, ...clusterRoleBindings]
}

/** The rules of a role; of one that gathers, those of all that it gathers, as the controller leaves it. */
function rulesOf(name: string): Json {
  const role = roles.find((one) => one.name === name)
  if (role === undefined) return []
  const { gathers } = role
  if (gathers === undefined) return role.rules.map(ruleOf)
  return roles
    .filter(({ labels = [] }) => labels.includes(gathers))
    .flatMap((one) => {
      const rules = rulesOf(one.name)
      return isList(rules) ? rules : []
    })
}

function ruleOf(text: string): JsonMap {
  const [first = '', second = '', third] = text.split(': ')
  if (third === undefined) {
    return { nonResourceURLs: first.split(' ').slice(1), verbs: second.split(' ') }
  }
  return {
    apiGroups: first.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: second.split(' '),
    verbs: third.split(' '),
  }
}
