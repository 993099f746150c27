import { apiFailure, compileSelector, type FreezeRequest, type FreezeView } from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import type { Freeze } from '../../store/index.ts'
import type { Call } from '../../service.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, fleetCluster } from './in-scope.ts'

export function listFreezes(parts: HubParts): FreezeView[] {
  const views = parts.freezes.list().map((freeze) => viewOf(parts, freeze))
  return readable(parts.grants) === undefined ? views : views.filter(({ clusters }) => clusters.length > 0)
}

/** Stops writes in the name of the caller. Engines ask before every write, so it holds with the next one. */
export async function beginFreeze(parts: HubParts, call: Call, request: FreezeRequest): Promise<FreezeView> {
  const { reason, forMs, clusters, environments, labels } = request
  const known = parts.fleet.state.model
  const missing = clusters?.find((name) => fleetCluster(parts, name) === undefined)
  if (missing !== undefined) throw apiFailure('not-found', `cluster ${missing}: not found`)
  const strange = environments?.find((name) => known?.environments.has(name) !== true)
  if (strange !== undefined) throw apiFailure('not-found', `environment ${strange}: not found`)
  if (labels !== undefined) compileSelector(labels)
  const freeze = await parts.freezes.begin({
    scope: {
      ...(clusters === undefined ? {} : { clusters }),
      ...(environments === undefined ? {} : { environments }),
      ...(labels === undefined ? {} : { labels }),
    },
    reason,
    by: call.caller.name,
    ...(forMs === undefined ? {} : { until: new Date(parts.clock.now() + forMs).toISOString() }),
  })
  const view = viewOf(parts, freeze)
  await tell(
    parts,
    call,
    `freeze ${freeze.id}: ${view.clusters.length} clusters are frozen: ${reason}`,
    reason,
  )
  return view
}

/** Undefined when no freeze of that id is in force. */
export async function endFreeze(
  parts: HubParts,
  call: Call,
  id: string,
  reason: string | undefined,
): Promise<FreezeView | undefined> {
  const ended = await parts.freezes.end(id, call.caller.name)
  if (ended === undefined) return undefined
  await tell(parts, call, `freeze ${id}: ended by ${call.caller.name}`, reason)
  return viewOf(parts, ended)
}

function viewOf(parts: HubParts, freeze: Freeze): FreezeView {
  const { scope } = freeze
  const found = clustersInScope(parts, {
    ...(scope.clusters === undefined ? {} : { cluster: [...scope.clusters] }),
    ...(scope.environments === undefined ? {} : { environment: [...scope.environments] }),
    ...(scope.labels === undefined ? {} : { labels: scope.labels }),
  })
  return {
    ...freeze,
    scope: {
      ...(scope.clusters === undefined
        ? {}
        : { clusters: scope.clusters.filter((name) => allows(parts.grants, 'read', { cluster: name })) }),
      ...(scope.environments === undefined ? {} : { environments: [...scope.environments] }),
      ...(scope.labels === undefined ? {} : { labels: scope.labels }),
    },
    clusters: found.map(({ name }) => name),
  }
}

async function tell(parts: HubParts, call: Call, message: string, reason: string | undefined): Promise<void> {
  await parts.events.record({
    type: 'freeze',
    message,
    actor: call.caller.name,
    requestId: call.requestId,
    ...(reason === undefined ? {} : { reason }),
  })
}
