import type { Apimachinery } from '../../../apimachinery/index.ts'
import { type Grant, privileges } from '../../../core/access/index.ts'
import type { Forge } from '../../../git/forge/index.ts'
import type { Clock } from '../../../runtime/index.ts'
import type { AuditFeeds } from '../../audit/index.ts'
import type { HubConfig } from '../../config/index.ts'
import type { Rights } from '../../auth/index.ts'
import type { PushLooks } from '../../webhooks/index.ts'
import type { Store } from '../../store/index.ts'
import type { ClusterBoard } from '../cluster/cluster-board.ts'
import type { EnginePool } from '../cluster/engine-pool.ts'
import type { EventLog } from '../event-log.ts'
import type { FleetLoop } from '../fleet/fleet-loop.ts'
import type { Renderings } from '../fleet/renderings.ts'
import type { Sources } from '../fleet/sources.ts'
import type { Jobs } from '../jobs/index.ts'
import type { HubMetrics } from '../metrics.ts'
import type { Freezes, RolloutLoop } from '../rollout/index.ts'

/** What the answers are made from. */
export interface HubParts {
  readonly config: HubConfig
  readonly store: Store
  readonly board: ClusterBoard
  readonly pool: EnginePool
  readonly fleet: FleetLoop
  readonly sources: Sources
  readonly pushes: PushLooks
  /** The forges by the host of their repositories. */
  readonly forges: ReadonlyMap<string, Forge>
  readonly renderings: Renderings
  /** Kubernetes' own rules; undefined in an installation without the module. */
  readonly apimachinery: Apimachinery | undefined
  readonly rollouts: RolloutLoop
  readonly freezes: Freezes
  readonly audit: AuditFeeds
  readonly jobs: Jobs
  /** What people may do now. */
  readonly rights: Pick<Rights, 'of'>
  readonly events: EventLog
  readonly metrics: HubMetrics
  readonly clock: Clock
  readonly version: string
  readonly startedAt: string
  /** What whoever asks may look at: every answer holds that and nothing else. */
  readonly grants: readonly Grant[]
}

/** The parts before anybody asks. */
export type HubMakings = Omit<HubParts, 'grants'>

/** For answers that the hub gives to itself. */
export function forItself(makings: HubMakings): HubParts {
  return { ...makings, grants: [{ privileges: new Set(privileges) }] }
}
