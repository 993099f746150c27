const rbac = 'rbac.authorization.k8s.io'

/** A kind, by its group. */
export interface RecordedKind {
  readonly group: string
  readonly kind: string
  /** As it stands in addresses and audit records. */
  readonly plural: string
}

/** Every kind that is recorded where a cluster serves it. */
export const recordedKinds: readonly RecordedKind[] = [
  { group: '', kind: 'ResourceQuota', plural: 'resourcequotas' },
  { group: rbac, kind: 'ClusterRole', plural: 'clusterroles' },
  { group: rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' },
  { group: rbac, kind: 'Role', plural: 'roles' },
  { group: rbac, kind: 'RoleBinding', plural: 'rolebindings' },
  {
    group: 'security.openshift.io',
    kind: 'SecurityContextConstraints',
    plural: 'securitycontextconstraints',
  },
  { group: 'user.openshift.io', kind: 'Group', plural: 'groups' },
]

/** Whether every object of a kind is recorded. */
export function isRecordedKind({ group, kind }: Pick<RecordedKind, 'group' | 'kind'>): boolean {
  return recordedKinds.some((one) => one.group === group && one.kind === kind)
}
