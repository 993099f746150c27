/** Groups that API servers serve without a CustomResourceDefinition. */
const BUILT_IN = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
])

/** The ranks in the order in which objects are applied (engine §5); within a rank the given order stays. */
const RANKS: readonly (readonly string[])[] = [
  ['apiextensions.k8s.io/CustomResourceDefinition', '/Namespace', 'rbac.authorization.k8s.io/ClusterRole'],
  [
    'scheduling.k8s.io/PriorityClass',
    'storage.k8s.io/StorageClass',
    'storage.k8s.io/VolumeAttributesClass',
    'storage.k8s.io/CSIDriver',
    'networking.k8s.io/IngressClass',
    'node.k8s.io/RuntimeClass',
    'resource.k8s.io/DeviceClass',
  ],
  ['/ResourceQuota', '/LimitRange'],
  ['/ServiceAccount'],
  [
    'rbac.authorization.k8s.io/Role',
    'rbac.authorization.k8s.io/RoleBinding',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
  ],
  ['/ConfigMap', '/Secret', '/PersistentVolume', '/PersistentVolumeClaim'],
  ['/Service', '/Endpoints', 'discovery.k8s.io/EndpointSlice'],
]

const RANK_OF = new Map(RANKS.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank] as const)))
const WORKLOADS = RANKS.length
const CUSTOM_RESOURCES = WORKLOADS + 1
const WEBHOOKS = CUSTOM_RESOURCES + 1

/** Kinds of a custom class, such as GatewayClass, are needed by what is of that class. */
const CLASSES = 1

/** The place of a kind in the order of application; the order of deletion is the reverse. */
export function rankOf({ group, kind }: { readonly group: string; readonly kind: string }): number {
  const known = RANK_OF.get(`${group}/${kind}`)
  if (known !== undefined) return known
  if (group === 'admissionregistration.k8s.io' && kind.endsWith('WebhookConfiguration')) return WEBHOOKS
  if (BUILT_IN.has(group)) return WORKLOADS
  return kind.endsWith('Class') ? CLASSES : CUSTOM_RESOURCES
}

/** The wave of a rank: definitions, classes, everything that runs, webhook configurations. */
export function waveOf(rank: number): number {
  if (rank <= CLASSES) return rank
  return rank === WEBHOOKS ? 3 : 2
}
