/** What was discovered about a cluster. What could not be read is left out: unknown is not none. */
export interface ClusterFacts {
  /** Of everything else here: equal facts have equal digests. */
  readonly digest: string
  /** Left out while the cluster cannot tell. */
  readonly platform?: 'openshift' | 'kubernetes'
  /** By served group and version (`apps/v1`, `v1`): the kinds, sorted. */
  readonly apis: { readonly [groupVersion: string]: readonly string[] }
  readonly storageClasses?: readonly string[]
  readonly ingressClasses?: readonly string[]
  readonly priorityClasses?: readonly string[]
  /** What the Operator Lifecycle Manager has installed: package → version, empty where a cluster has none of it. */
  readonly operators?: { readonly [packageName: string]: string }
  readonly namespaces?: number
  readonly nodes?: number
  /** Of all nodes together: cores, and bytes. */
  readonly capacity?: { readonly cpu: number; readonly memory: number }
}
