import {
  apiFailure,
  type FreezeRequest,
  type HealRequest,
  type ReconcileRequest,
  type Route,
  type RouteTarget,
} from '../../api/index.ts'
import { allows, privileges, type Target } from '../../core/access/index.ts'
import { refOfKey } from '../../core/object/index.ts'
import type { Call, HubService } from '../service.ts'
import { notAllowed } from './authorise.ts'
import type { RouteRequest } from './read-input.ts'

/**
 * Decides whether the caller may do what a route does, to everything that the request is about: each target is what is
 * stored under its name, never what the request says of it (safety rows 34, 35). Throws `not-found` for what the caller
 * may not even look at, in the words for what is not there (row 36), and `not-allowed`.
 */
export async function assertMay(
  service: HubService,
  call: Call,
  route: Route,
  input: RouteRequest,
): Promise<void> {
  if (route.target === undefined) return
  const { privilege, target: about } = route
  const named = namedIn(input)
  // What is stored is looked up as it is, not as the caller may see it: all of it has to be allowed.
  const whole: Call = { ...call, caller: { ...call.caller, grants: [{ privileges: new Set(privileges) }] } }
  for (const target of await targetsOf[about](service, call, whole, input)) {
    const { grants } = call.caller
    if (allows(grants, privilege, target)) continue
    const { cluster } = target
    const seen = cluster !== undefined && allows(grants, 'read', { cluster })
    if (cluster !== undefined && !seen && named.has(cluster)) {
      throw notFound('cluster', cluster)
    }
    // A name that the caller did not give and may not know is not told, and neither is who holds an object.
    throw notAllowed(call.caller, privilege, seen ? ` on cluster ${cluster}` : ' on all that this is about')
  }
}

type Targets = (
  service: HubService,
  call: Call,
  whole: Call,
  input: RouteRequest,
) => Promise<readonly Target[]>

const targetsOf: Readonly<Record<RouteTarget, Targets>> = {
  hub: async () => [{}],
  cluster: async (_, __, ___, { params }) => {
    const { cluster = '' } = params
    return [{ cluster }]
  },
  bundle: async (service, call, whole, { params }) => {
    const { bundle = '' } = params
    if ((await service.bundle(call, bundle)) === undefined) throw notFound('bundle', bundle)
    const draft = await service.draftRun(whole, bundle)
    return draft?.run === undefined ? [{ bundle }] : onEach(draft.run)
  },
  plan: async (service, call, whole, { params }) => {
    const { plan: id = '' } = params
    if ((await service.plan(call, id)) === undefined) throw notFound('plan', id)
    const plan = await service.plan(whole, id)
    if (plan === undefined) throw notFound('plan', id)
    return [{ cluster: plan.identity.cluster, bundle: plan.bundle }]
  },
  run: async (service, call, whole, { params }) => {
    const { run: id = '' } = params
    if ((await service.run(call, id)) === undefined) throw notFound('run', id)
    const run = await service.run(whole, id)
    if (run === undefined) throw notFound('run', id)
    return onEach(run)
  },
  freeze: async (service, call, whole, { params }) => {
    const { freeze: id = '' } = params
    const seen = (await service.freezes(call)).some((one) => one.id === id)
    const freeze = seen ? (await service.freezes(whole)).find((one) => one.id === id) : undefined
    if (freeze === undefined) throw notFound('freeze', id)
    const { clusters, environments, labels } = freeze.scope
    const all = clusters === undefined && environments === undefined && labels === undefined
    return all ? [{}] : freeze.clusters.map((cluster) => ({ cluster }))
  },
  job: async (service, call, whole, { params }) => {
    const { job: id = '' } = params
    if ((await service.jobTargets(call, id)) === undefined) throw notFound('job', id)
    return (await service.jobTargets(whole, id)) ?? []
  },
  objects: async (service, call, _, { body }) => {
    const { targets } = body as HealRequest
    const found: Target[] = []
    for (const { cluster, keys } of targets) {
      const holders = await service.holders(call, cluster, keys)
      for (const key of keys) {
        const bundle = holders.get(key)
        const { namespace } = refOfKey(key)
        found.push({ cluster, namespace, ...(bundle === undefined ? {} : { bundle }) })
      }
    }
    return found
  },
  clusters: async (service, _, whole, { body }) => {
    const { clusters, bundle, environments, labels } = body as ReconcileRequest & Partial<FreezeRequest>
    const about = bundle === undefined ? {} : { bundle }
    if (clusters === undefined && environments === undefined && labels === undefined) return [about]
    const found: Target[] = (clusters ?? []).map((cluster) => ({ cluster, ...about }))
    const scope = { cluster: clusters, environment: environments, labels }
    const page = await service.clusters(whole, { ...scope, limit: Number.MAX_SAFE_INTEGER })
    return [...found, ...page.items.map(({ name }) => ({ cluster: name, ...about }))]
  },
}

function onEach(run: {
  readonly bundle: string
  readonly members: readonly { readonly cluster: string }[]
}): Target[] {
  const { bundle } = run
  return run.members.length === 0 ? [{ bundle }] : run.members.map(({ cluster }) => ({ cluster, bundle }))
}

/** The one refusal for what is not there and for what the caller may not look at. */
function notFound(what: string, name: string): Error {
  return apiFailure('not-found', `${what} ${name}: not found`)
}

/** The clusters that a request names itself. */
function namedIn({ params, body }: RouteRequest): Set<string> {
  const { clusters, targets } = (body ?? {}) as Partial<ReconcileRequest> & Partial<HealRequest>
  const { cluster } = params
  return new Set([
    ...(cluster === undefined ? [] : [cluster]),
    ...(clusters ?? []),
    ...(targets ?? []).map((target) => target.cluster),
  ])
}
