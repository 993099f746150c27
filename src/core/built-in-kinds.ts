/** A built-in kind with the names that kubectl knows it by. */
interface KnownKind {
  readonly kind: string
  readonly group: string
  readonly plural: string
  readonly short: readonly string[]
  readonly namespaced: boolean
}

/** kind, group, plural, short names, `cluster` for kinds without namespace. As `kubectl api-resources` prints them. */
const rows: readonly (readonly [string, string, string, string, 'cluster'?])[] = [
  ['ConfigMap', '', 'configmaps', 'cm'],
  ['Endpoints', '', 'endpoints', 'ep'],
  ['Event', '', 'events', 'ev'],
  ['LimitRange', '', 'limitranges', 'limits'],
  ['Namespace', '', 'namespaces', 'ns', 'cluster'],
  ['Node', '', 'nodes', 'no', 'cluster'],
  ['PersistentVolume', '', 'persistentvolumes', 'pv', 'cluster'],
  ['PersistentVolumeClaim', '', 'persistentvolumeclaims', 'pvc'],
  ['Pod', '', 'pods', 'po'],
  ['PodTemplate', '', 'podtemplates', ''],
  ['ReplicationController', '', 'replicationcontrollers', 'rc'],
  ['ResourceQuota', '', 'resourcequotas', 'quota'],
  ['Secret', '', 'secrets', ''],
  ['Service', '', 'services', 'svc'],
  ['ServiceAccount', '', 'serviceaccounts', 'sa'],
  [
    'MutatingWebhookConfiguration',
    'admissionregistration.k8s.io',
    'mutatingwebhookconfigurations',
    '',
    'cluster',
  ],
  ['ValidatingAdmissionPolicy', 'admissionregistration.k8s.io', 'validatingadmissionpolicies', '', 'cluster'],
  [
    'ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io',
    'validatingwebhookconfigurations',
    '',
    'cluster',
  ],
  ['CustomResourceDefinition', 'apiextensions.k8s.io', 'customresourcedefinitions', 'crd crds', 'cluster'],
  ['APIService', 'apiregistration.k8s.io', 'apiservices', '', 'cluster'],
  ['DaemonSet', 'apps', 'daemonsets', 'ds'],
  ['Deployment', 'apps', 'deployments', 'deploy'],
  ['ReplicaSet', 'apps', 'replicasets', 'rs'],
  ['StatefulSet', 'apps', 'statefulsets', 'sts'],
  ['HorizontalPodAutoscaler', 'autoscaling', 'horizontalpodautoscalers', 'hpa'],
  ['CronJob', 'batch', 'cronjobs', 'cj'],
  ['Job', 'batch', 'jobs', ''],
  ['Lease', 'coordination.k8s.io', 'leases', ''],
  ['Ingress', 'networking.k8s.io', 'ingresses', 'ing'],
  ['IngressClass', 'networking.k8s.io', 'ingressclasses', '', 'cluster'],
  ['NetworkPolicy', 'networking.k8s.io', 'networkpolicies', 'netpol'],
  ['PodDisruptionBudget', 'policy', 'poddisruptionbudgets', 'pdb'],
  ['ClusterRole', 'rbac.authorization.k8s.io', 'clusterroles', '', 'cluster'],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io', 'clusterrolebindings', '', 'cluster'],
  ['Role', 'rbac.authorization.k8s.io', 'roles', ''],
  ['RoleBinding', 'rbac.authorization.k8s.io', 'rolebindings', ''],
  ['PriorityClass', 'scheduling.k8s.io', 'priorityclasses', 'pc', 'cluster'],
  ['StorageClass', 'storage.k8s.io', 'storageclasses', 'sc', 'cluster'],
]

const kinds: readonly KnownKind[] = rows.map(([kind, group, plural, short, scope]) => ({
  kind,
  group,
  plural,
  short: short === '' ? [] : short.split(' '),
  namespaced: scope === undefined,
}))

const byName: ReadonlyMap<string, KnownKind> = new Map(
  kinds.flatMap((one) =>
    [one.kind.toLowerCase(), one.plural, ...one.short].map((name): [string, KnownKind] => [name, one]),
  ),
)

/** The built-in kind that people call `name`: kind, singular, plural or short name, in any case. */
export function builtInKind(name: string): KnownKind | undefined {
  return byName.get(name.toLowerCase())
}

/** What a built-in kind is called in short: `deploy` for Deployment; the kind in lower case for others. */
export function shortName(kind: string, group: string): string {
  const known = byName.get(kind.toLowerCase())
  return known?.group === group ? (known.short[0] ?? kind.toLowerCase()) : kind.toLowerCase()
}

/** Every name of the built-in kinds, for hints and completion. */
export function builtInNames(): string[] {
  return [...byName.keys()]
}
