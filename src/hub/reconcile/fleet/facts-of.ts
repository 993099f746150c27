import type { Facts } from '../../../core/placement/index.ts'
import type { ClusterBoard } from '../cluster/cluster-board.ts'

/** What was discovered about a cluster; undefined as long as nothing was. What is not known is left out. */
export function factsOf(board: ClusterBoard, cluster: string): Facts | undefined {
  const { version, facts, failedGroups } = board.entry(cluster).report ?? {}
  if (version === undefined) return undefined
  if (facts === undefined) return { version }
  const { digest: _digest, apis, capacity, operators, ...rest } = facts
  return {
    version,
    ...rest,
    ...(operators === undefined ? {} : { operators: { ...operators } }),
    ...(capacity === undefined ? {} : { capacity: { ...capacity } }),
    // While the cluster cannot tell of some, "not among them" would be a guess (incident 3).
    ...(failedGroups === undefined || failedGroups.length === 0 ? { apis } : {}),
  }
}

/** What a chart may ask about a cluster; undefined as long as nothing is known. */
export function capabilitiesOf(
  board: ClusterBoard,
  cluster: string,
): { readonly kubeVersion: string; readonly apiVersions?: readonly string[] } | undefined {
  const { version, facts } = board.entry(cluster).report ?? {}
  if (version === undefined) return undefined
  if (facts === undefined) return { kubeVersion: version }
  return { kubeVersion: version, apiVersions: apiVersionsOf(facts.apis) }
}

type Apis = Readonly<Record<string, readonly string[]>>
const listed = new WeakMap<Apis, readonly string[]>()

/** As Helm lists them: `apps/v1` and `apps/v1/Deployment`. One list for all clusters that serve the same. */
function apiVersionsOf(apis: Apis): readonly string[] {
  let list = listed.get(apis)
  if (list === undefined) {
    list = Object.entries(apis).flatMap(([version, kinds]) => [
      version,
      ...kinds.map((kind) => `${version}/${kind}`),
    ])
    listed.set(apis, list)
  }
  return list
}
