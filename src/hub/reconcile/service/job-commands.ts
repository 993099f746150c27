import { apiFailure, type HealRequest, type JobView, type ReconcileRequest } from '../../../api/index.ts'
import { allows } from '../../../core/access/index.ts'
import { type JobResult, type JobRow, targetsOf } from '../../../core/job/index.ts'
import { redactText } from '../../../runtime/index.ts'
import type { Call } from '../../service.ts'
import { connectedEngine, healCluster } from './heal-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, fleetCluster, seesPlaced } from './in-scope.ts'
import { showJob } from './job-answers.ts'
import { placedBundles } from './placed-bundle.ts'

/** A cluster that is looked at again is waited for so long; then its row says that it goes on. */
const longestLookMs = 10 * 60_000

/**
 * Begins a heal of many as a job. What it may do was decided for all of it; each cluster is decided once more when its turn
 * comes, because that may be much later.
 */
export async function beginHealJob(parts: HubParts, call: Call, request: HealRequest): Promise<JobView> {
  const { reason } = request
  const targets = byCluster(request)
  const rows = await Promise.all(
    targets.map(async ({ cluster, keys }) => {
      const holders = await parts.store.inventory.holders(cluster, keys)
      return {
        cluster,
        parts: keys.map((key) => {
          const bundle = holders.get(key)
          return { key, ...(bundle === undefined ? {} : { bundle }) }
        }),
      }
    }),
  )
  const targetOf = new Map(targets.map((target) => [target.cluster, target]))
  const objects = targets.reduce((sum, { keys }) => sum + keys.length, 0)
  const order = { kind: 'heal' as const, what: `heal of ${counted(objects, 'object')}`, rows }
  return await begin(parts, call, { ...order, reason }, async (row) => {
    const target = targetOf.get(row.cluster)
    if (target === undefined) throw new Error('a row of a job has no target')
    const bundles = new Map(row.parts.map(({ key, bundle }) => [key, bundle]))
    const results = await healCluster(parts, call, target)
    return results.map(({ key, outcome, message }): JobResult => {
      const bundle = bundles.get(key)
      return {
        key,
        ...(bundle === undefined ? {} : { bundle }),
        outcome,
        ...(message === undefined ? {} : { message: redactText(message) }),
      }
    })
  })
}

/** One target a cluster, however often the request names it. */
function byCluster({ targets }: HealRequest): HealRequest['targets'] {
  return [...Map.groupBy(targets, ({ cluster }) => cluster)].map(([cluster, own]) => {
    const [id, other] = new Set(own.map(({ clusterId }) => clusterId))
    if (id === undefined || other !== undefined) {
      throw apiFailure('invalid-request', `cluster ${cluster}: named under several identities`)
    }
    return { cluster, clusterId: id, keys: [...new Set(own.flatMap(({ keys }) => keys))] }
  })
}

/** Lets clusters be looked at again, and waits for each until nothing of it is under way. */
export async function beginReconcileJob(
  parts: HubParts,
  call: Call,
  { bundle, clusters, reason }: ReconcileRequest,
): Promise<JobView> {
  const names = clustersInScope(parts, { cluster: clusters })
    .map(({ name }) => name)
    .filter((name) => bundle === undefined || placedHere(parts, name, bundle))
  if (names.length === 0) throw apiFailure('not-found', 'job: not begun: no cluster is meant')
  if (clusters === undefined && parts.config.fleet !== undefined) {
    void parts.sources.look().then(() => parts.fleet.hint())
  }
  const rows = names.map((cluster) => ({ cluster, parts: bundle === undefined ? [] : [{ bundle }] }))
  const what = `a look at ${bundle === undefined ? 'everything' : `bundle ${bundle}`}`
  return await begin(parts, call, { kind: 'reconcile', what, rows, reason }, (row, signal) =>
    lookAgain(parts, row, signal),
  )
}

function placedHere(parts: HubParts, cluster: string, bundle: string): boolean {
  return parts.board.assignment(cluster, bundle) !== undefined && seesPlaced(parts, cluster, bundle)
}

/** Lets one cluster be looked at, and tells what each bundle is then. */
async function lookAgain(parts: HubParts, row: JobRow, signal: AbortSignal): Promise<JobResult[]> {
  const engine = connectedEngine(parts, row.cluster)
  const bundle = row.parts[0]?.bundle
  engine.tryAgain(bundle)
  const late = new AbortController()
  const limit = parts.clock.sleep(longestLookMs, AbortSignal.any([late.signal, signal]))
  await Promise.race([engine.idle(), limit])
  late.abort()
  const found = fleetCluster(parts, row.cluster)
  if (found === undefined) throw apiFailure('not-found', `cluster ${row.cluster}: gone from Git meanwhile`)
  return placedBundles(parts, found)
    .filter((one) => bundle === undefined || one.bundle === bundle)
    .map(({ bundle: name, state, reason }) => ({
      bundle: name,
      outcome: state,
      ...(reason === undefined ? {} : { message: redactText(reason) }),
    }))
}

async function begin(
  parts: HubParts,
  call: Call,
  order: Omit<Parameters<HubParts['jobs']['begin']>[0], 'by' | 'requestId'>,
  work: (row: JobRow, signal: AbortSignal) => Promise<readonly JobResult[]>,
): Promise<JobView> {
  const { caller, requestId } = call
  const { job } = await parts.jobs.begin({ ...order, by: caller.name, requestId }, (row, signal) => {
    assertStillMay(parts, call, row)
    return work(row, signal)
  })
  const view = await showJob(parts, job.id)
  if (view === undefined) throw apiFailure('not-found', `job ${job.id}: not found`)
  return view
}

/**
 * A row is decided by what the person may do when its turn comes, and by what the request could do when it was made: a role
 * that was taken away meanwhile sends nothing more, and one that was given adds nothing. Throws `not-allowed`.
 */
function assertStillMay({ rights }: HubParts, { caller }: Call, row: JobRow): void {
  const now = rights.of(caller)
  for (const target of targetsOf([row])) {
    if (allows(now, 'operate', target) && allows(caller.grants, 'operate', target)) continue
    throw apiFailure(
      'not-allowed',
      `cluster ${row.cluster}: ${caller.name} does not hold the privilege operate any more; nothing was sent`,
      { hint: 'ask somebody who holds it' },
    )
  }
}

function counted(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`
}
