import type { Cluster } from '../clusters/cluster.ts'
import type { Change } from '../store/index.ts'

/**
 * One controller of a cluster: it brings what a key names to what it should be, by looking at what is stored and never
 * at what happened, so that running it again changes nothing.
 */
export interface Controller {
  /** Which keys a change of a resource (by its storage name; `*` for any) wants to be looked at. */
  readonly watches: Readonly<Record<string, (change: Change, cluster: Cluster) => readonly string[]>>
  /** How many milliseconds a change is left alone, so that those that follow it cost nothing of their own. */
  readonly settleMs?: number
  /** Looks at a key; the answer is after how many milliseconds it wants to be looked at again. */
  reconcile(cluster: Cluster, key: string): Promise<number | undefined>
}

/** The change's own object. */
export const itself = ({ key }: Change): readonly string[] => [key]
