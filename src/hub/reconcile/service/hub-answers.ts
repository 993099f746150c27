import type {
  NamesQuery,
  Readiness,
  ReconcileRequest,
  ReconcileResult,
  WhoamiView,
} from '../../../api/index.ts'
import { privilegesIn, readable } from '../../../core/access/index.ts'
import type { Call } from '../../service.ts'
import type { MeasuredCluster } from '../metrics.ts'
import type { HubParts } from './hub-parts.ts'
import { declaredBundles } from './bundle-answers.ts'
import { clustersInScope, environmentsSeen, tierOf } from './in-scope.ts'
import { listJobs } from './job-answers.ts'
import { seesRun } from './run-answers.ts'

const mostNames = 200

export function whoami({ config, store, version, startedAt }: HubParts, call: Call): WhoamiView {
  return {
    name: call.caller.name,
    privileges: [...privilegesIn(call.caller.grants)],
    hub: { version, installation: store.installation, readOnly: config.observe, startedAt },
  }
}

/** Lets the engines look again, and the fleet repository too where no cluster is named. */
export async function reconcile(
  parts: HubParts,
  call: Call,
  request: ReconcileRequest,
): Promise<ReconcileResult> {
  const { bundle, reason } = request
  const clusters = clustersInScope(parts, { cluster: request.clusters }).map(({ name }) => name)
  const told = clusters.filter((name) => {
    const engine = parts.pool.engine(name)
    engine?.tryAgain(bundle)
    return engine !== undefined
  })
  const repository = request.clusters === undefined && parts.config.fleet !== undefined
  if (repository) {
    // Nobody waits for a server that does not answer: the look goes on by itself.
    void parts.sources.look().then(() => parts.fleet.hint())
  }
  parts.events.add({
    type: 'reconcile-asked',
    message: `asked to look again at ${bundle === undefined ? 'everything' : `bundle ${bundle}`} on ${told.length} clusters`,
    actor: call.caller.name,
    requestId: call.requestId,
    ...(bundle === undefined ? {} : { bundle }),
    ...(reason === undefined ? {} : { reason }),
  })
  return { clusters: told, repository }
}

/** Names that begin with what was typed, sorted. */
export async function completeNames(parts: HubParts, { of, prefix }: NamesQuery): Promise<string[]> {
  const all = await namesOf(parts, of)
  return [...new Set(all)]
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .slice(0, mostNames)
}

async function namesOf(parts: HubParts, of: NamesQuery['of']): Promise<Iterable<string>> {
  const within = readable(parts.grants)
  switch (of) {
    case 'clusters':
      return clustersInScope(parts, {}).map(({ name }) => name)
    case 'bundles':
      return declaredBundles(parts)
    case 'environments':
      return environmentsSeen(parts)
    case 'plans':
      return (await parts.store.plans.page({ states: ['waiting'], within }, mostNames)).items.map(
        ({ plan }) => plan.id,
      )
    case 'runs':
      return parts.rollouts.book
        .actives()
        .filter((record) => seesRun(parts, record))
        .map(({ run }) => run.id)
    case 'jobs':
      return (await listJobs(parts, { limit: mostNames })).items.map(({ id }) => id)
    case 'causes': {
      const { items } = await parts.store.drift.causes({ states: ['open', 'healing'], within }, mostNames)
      return items.map(({ cause }) => cause)
    }
    case 'kinds':
      return parts.store.inventory.kinds()
  }
}

/** What must be there before the hub can answer, and is not. */
export async function readiness({ store, fleet, config, sources }: HubParts): Promise<Readiness> {
  const waitingFor: string[] = []
  await store.ping().catch(() => waitingFor.push('store'))
  if (config.fleet !== undefined && fleet.state.model === undefined) {
    const away = sources.states()[0]
    waitingFor.push(
      away?.failure === undefined && away?.state?.kind !== 'unreachable' ? 'fleet' : 'fleet repository',
    )
  }
  return { ready: waitingFor.length === 0, waitingFor }
}

/** What the metrics tell of each cluster. */
export function measured(parts: HubParts): MeasuredCluster[] {
  return clustersInScope(parts, {}).map((found) => {
    const { report, open } = parts.board.entry(found.name)
    const seen = report?.lastSeen
    return {
      name: found.name,
      environment: found.cluster.spec.environment,
      tier: tierOf(found),
      version: report?.version ?? '',
      lastSeenMs: seen === undefined ? undefined : Date.parse(seen),
      open: open.values(),
    }
  })
}
