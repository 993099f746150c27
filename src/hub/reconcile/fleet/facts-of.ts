import type { Facts } from '../../../core/placement/index.ts'
import type { ClusterBoard } from '../cluster/cluster-board.ts'

/** What was discovered about a cluster; undefined as long as nothing was. */
export function factsOf(board: ClusterBoard, cluster: string): Facts | undefined {
  const version = board.entry(cluster).report?.version
  return version === undefined ? undefined : { version }
}
