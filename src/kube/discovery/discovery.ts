import type { ApiResource } from '../api-resource.ts'
import { apiVersionOf } from '../api-resource.ts'

/** A group-version whose resources the server could not tell, and why. */
export interface DiscoveryGap {
  /** `metrics.k8s.io/v1beta1`. */
  readonly groupVersion: string
  readonly message: string
}

/**
 * What a cluster serves. Absence from `resources` means absence only outside the `failed` group-versions:
 * an aggregated API without endpoints hides its kinds (incident 15).
 */
export class Discovery {
  /** In the server's order: preferred versions before others. */
  readonly resources: readonly ApiResource[]
  readonly failed: readonly DiscoveryGap[]

  constructor(resources: readonly ApiResource[], failed: readonly DiscoveryGap[]) {
    this.resources = resources
    this.failed = failed
  }

  /** The kind in this version, or in the version that the server prefers. */
  find(group: string, kind: string, version?: string): ApiResource | undefined {
    return this.resources.find(
      (resource) =>
        resource.group === group &&
        resource.kind === kind &&
        (version === undefined || resource.version === version),
    )
  }

  /**
   * Why it is not known whether the kind exists; undefined when it is: it was found, or its group was told
   * completely. Only what this returns undefined for, and `find` does not find, is certainly not served.
   */
  gapFor(group: string, kind: string, version?: string): DiscoveryGap | undefined {
    if (this.find(group, kind, version) !== undefined) return undefined
    return this.failed.find((gap) => {
      if (version !== undefined) return gap.groupVersion === apiVersionOf({ group, version })
      const slash = gap.groupVersion.indexOf('/')
      return (slash < 0 ? '' : gap.groupVersion.slice(0, slash)) === group
    })
  }
}
