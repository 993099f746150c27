import {
  apiFailure,
  cloudEventOf,
  type RouteName,
  type RouteOutput,
  type Routes,
  type PathParams,
  targetsOfRun,
} from '../../api/index.ts'
import type { z } from 'zod'
import type { Call, HubService } from '../service.ts'
import type { Accounts } from '../auth/index.ts'
import {
  endSession,
  listSessions,
  listTokens,
  makeToken,
  type Note,
  revokeToken,
  sessionView,
  signInLink,
} from './account-handlers.ts'
import { confirmHeal, confirmOn } from './confirm-write.ts'
import type { RouteRequest } from './read-input.ts'

type Body<R> = R extends { readonly body: infer Schema extends z.ZodType } ? z.output<Schema> : undefined
type Query<R> = R extends { readonly query: infer Schema extends z.ZodType } ? z.output<Schema> : undefined

/** Those that ask before anybody is known are answered where the others are not let in yet. */
type HandledName = Exclude<RouteName, 'waysIn'>

type Handlers = {
  readonly [Name in HandledName]: (
    service: HubService,
    call: Call,
    input: {
      readonly params: { readonly [Param in PathParams<Routes[Name]['path']>]: string }
      readonly query: Query<Routes[Name]>
      readonly body: Body<Routes[Name]>
    },
    people: People,
  ) => Promise<RouteOutput<Routes[Name]>>
}

interface People {
  readonly accounts: Accounts
  readonly note: Note
}

/** What each route asks of the hub. A route that is missing here does not compile. */
const handlers: Handlers = {
  status: (service, call, { query }) => service.status(call, query),
  clusters: (service, call, { query }) => service.clusters(call, query),
  cluster: async (service, call, { params }) =>
    found('cluster', params.cluster, await service.cluster(call, params.cluster)),
  identities: async (service, call, { query }) => ({ items: await service.identities(call, query) }),
  verify: async (service, call, { params }) =>
    found('cluster', params.cluster, await service.verify(call, params.cluster)),
  trace: async (service, call, { params, query }) => {
    const name = query.namespace === '' ? query.name : `${query.namespace}/${query.name}`
    const subject = `${query.kind} ${name} on cluster ${params.cluster}`
    return found('object', subject, await service.trace(call, params.cluster, query))
  },
  bundles: (service, call, { query }) => service.bundles(call, query),
  bundle: async (service, call, { params }) =>
    found('bundle', params.bundle, await service.bundle(call, params.bundle)),
  drift: (service, call, { query }) => service.drift(call, query),
  previewHeal: (service, call, { body }) => service.previewHeal(call, body),
  heal: async (service, call, { body }) => {
    await confirmHeal(service, call, body)
    return service.heal(call, body)
  },
  plans: (service, call, { query }) => service.plans(call, query),
  plan: async (service, call, { params }) =>
    found('plan', params.plan, await service.plan(call, params.plan)),
  approve: async (service, call, { params, body }) => {
    const plan = found('plan', params.plan, await service.plan(call, params.plan))
    await confirmOn(service, call, [plan.identity.cluster], body)
    return found('plan', params.plan, await service.decide(call, params.plan, 'approved', body))
  },
  reject: async (service, call, { params, body }) =>
    found('plan', params.plan, await service.decide(call, params.plan, 'rejected', body)),
  runs: (service, call, { query }) => service.runs(call, query),
  run: async (service, call, { params }) => found('run', params.run, await service.run(call, params.run)),
  draftRun: async (service, call, { params }) =>
    found('bundle', params.bundle, await service.draftRun(call, params.bundle)),
  preview: async (service, call, { params, body }) =>
    found('bundle', params.bundle, await service.preview(call, params.bundle, body)),
  promotion: async (service, call, { params, query }) =>
    found('bundle', params.bundle, await service.promotion(call, params.bundle, query)),
  previewAccept: async (service, call, { params, query }) =>
    found('bundle', params.bundle, await service.previewAccept(call, params.bundle, query)),
  accept: async (service, call, { params, body }) => {
    const { reaches } = found('bundle', params.bundle, await service.previewAccept(call, params.bundle, body))
    // A commit is in force at once; a pull request is decided where it is merged.
    if (body.how === 'commit' && reaches.length > 0) await confirmOn(service, call, reaches, body)
    return found('bundle', params.bundle, await service.accept(call, params.bundle, body))
  },
  startRun: async (service, call, { params, body }) => {
    const { run } = found('bundle', params.bundle, await service.draftRun(call, params.bundle))
    if (run !== undefined) await confirmOn(service, call, targetsOfRun(run, 'start'), body)
    return found('bundle', params.bundle, await service.startRun(call, params.bundle, body))
  },
  controlRun: async (service, call, { params, body }) => {
    const run = found('run', params.run, await service.run(call, params.run))
    // What only stops writes is never held up by a question about tiers.
    if (body.action === 'resume' || body.action === 'skip' || body.action === 'revert') {
      await confirmOn(service, call, targetsOfRun(run, body.action), body)
    }
    return found('run', params.run, await service.controlRun(call, params.run, body))
  },
  approveRun: async (service, call, { params, body }) => {
    const run = found('run', params.run, await service.run(call, params.run))
    await confirmOn(service, call, targetsOfRun(run, 'approve'), body)
    return found('run', params.run, await service.approveRun(call, params.run, body))
  },
  freezes: async (service, call) => ({ items: await service.freezes(call) }),
  freeze: (service, call, { body }) => service.freeze(call, body),
  thaw: async (service, call, { params, body }) => {
    const held = (await service.freezes(call)).find(({ id }) => id === params.freeze)
    if (held !== undefined && held.clusters.length > 0) await confirmOn(service, call, held.clusters, body)
    return found('freeze', params.freeze, await service.thaw(call, params.freeze, body))
  },
  jobs: (service, call, { query }) => service.jobs(call, query),
  job: async (service, call, { params }) => found('job', params.job, await service.job(call, params.job)),
  jobRows: async (service, call, { params, query }) =>
    found('job', params.job, await service.jobRows(call, params.job, query)),
  healJob: async (service, call, { body }) => {
    await confirmHeal(service, call, body)
    return service.healJob(call, body)
  },
  reconcileJob: (service, call, { body }) => service.reconcileJob(call, body),
  cancelJob: async (service, call, { params }) =>
    found('job', params.job, await service.cancelJob(call, params.job)),
  events: (service, call, { query }) => service.events(call, query),
  cloudEvents: async (service, call, { query }) => {
    const { items } = await service.events(call, query)
    const { installation } = (await service.whoami(call)).hub
    return items.map((event) => cloudEventOf(event, installation))
  },
  reconcile: (service, call, { body }) => service.reconcile(call, body),
  fleet: (service, call) => service.fleet(call),
  whoami: (service, call) => service.whoami(call),
  names: async (service, call, { query }) => ({ names: await service.names(call, query) }),
  audit: async (service, call, { params, body }) =>
    found('cluster', params.cluster, await service.acceptAudit(call, params.cluster, body)),
  push: async (service, call, { body }) =>
    found('repository', 'of this webhook', await service.acceptPush(call, body)),
  fleetMap: (service, call, { query }) => service.fleetMap(call, query),
  causes: (service, call, { query }) => service.causes(call, query),
  cause: async (service, call, { params, query }) =>
    found('cause', params.cause, await service.cause(call, params.cause, query)),
  objects: async (service, call, { params: { cluster, bundle }, query }) =>
    found('bundle', `${bundle} on cluster ${cluster}`, await service.objects(call, cluster, bundle, query)),
  manifest: async (service, call, { params: { cluster, bundle }, query }) => {
    const subject = `${query.kind} ${query.name} of bundle ${bundle} on cluster ${cluster}`
    return found('object', subject, await service.manifest(call, cluster, bundle, query))
  },
  effective: async (service, call, { params }) =>
    found('cluster', params.cluster, await service.effective(call, params.cluster)),
  namespace: async (service, call, { params, query }) =>
    found('namespace', params.namespace, await service.namespace(call, params.namespace, query)),
  search: (service, call, { query }) => service.search(call, query),
  searchWords: async (service, call, { query }) => ({ words: await service.searchWords(call, query) }),
  whoCan: (service, call, { query }) => service.whoCan(call, query),
  accessMatrix: (service, call, { query }) => service.accessMatrix(call, query),
  proposal: async (service, call, { params, query }) =>
    found('bundle', params.bundle, await service.proposal(call, params.bundle, query)),
  quotas: (service, call, { query }) => service.quotas(call, query),
  quotaHeat: (service, call, { query }) => service.quotaHeat(call, query),
  recorded: (service, call, { query }) => service.recorded(call, query),
  recordedChanges: async (service, call, { params, query }) =>
    found('cluster', params.cluster, await service.recordedChanges(call, params.cluster, query)),
  session: async (_, call) => sessionView(call),
  sessions: async (_, call, { query }, { accounts }) => ({
    items: await listSessions(accounts, call, query.name),
  }),
  endSession: async (_, call, { params }, { accounts, note }) =>
    found('session', params.session, await endSession(accounts, call, params.session, note)),
  signInLink: (_, call, __, { accounts }) => signInLink(accounts, call),
  tokens: async (_, call, { query }, { accounts }) => ({
    items: await listTokens(accounts, call, query.name),
  }),
  createToken: (_, call, { body }, { accounts, note }) => makeToken(accounts, call, body, note),
  revokeToken: async (_, call, { params }, { accounts, note }) =>
    found('token', params.token, await revokeToken(accounts, call, params.token, note)),
}

/** Asks the hub what a route is for. The input has been read by the schemas of that very route. */
export function handle(
  name: RouteName,
  asked: People & { readonly service: HubService },
  call: Call,
  input: RouteRequest,
): Promise<unknown> {
  const handler = handlers[name as HandledName] as (
    service: HubService,
    call: Call,
    input: RouteRequest,
    people: People,
  ) => Promise<unknown>
  return handler(asked.service, call, input, asked)
}

function found<Value>(what: string, name: string, value: Value | undefined): Value {
  if (value === undefined) throw apiFailure('not-found', `${what} ${name}: not found`)
  return value
}
