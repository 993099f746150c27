import type { ClusterFacts } from './facts.ts'

/** What a bundle requires of a cluster, as it is written: `monitoring.coreos.com/v1 ServiceMonitor`. */
export interface RequiredApi {
  readonly api: string
  readonly optional?: boolean | undefined
}

/** What is known of a cluster's APIs. */
export interface KnownApis {
  readonly facts: Pick<ClusterFacts, 'apis'> | undefined
  /** The group versions that the cluster cannot tell of now. */
  readonly failedGroups: readonly string[]
}

/**
 * Why a cluster cannot have what requires this API, in one sentence; undefined where it serves it. An API of which
 * nothing is known is neither served nor lacking.
 */
export function whyLacking({ api }: RequiredApi, { facts, failedGroups }: KnownApis): string | undefined {
  const [groupVersion = '', kind] = api.trim().split(/\s+/)
  const kinds =
    facts !== undefined && Object.hasOwn(facts.apis, groupVersion) ? facts.apis[groupVersion] : undefined
  if (kinds !== undefined && (kind === undefined || kinds.includes(kind))) return undefined
  if (facts === undefined) return `requires ${api}, and what this cluster serves is not known yet`
  if (failedGroups.includes(groupVersion))
    return `requires ${api}, and this cluster cannot tell now whether it serves it`
  return `requires ${api}, which this cluster does not serve`
}
