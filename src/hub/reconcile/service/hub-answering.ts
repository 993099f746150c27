import { acceptAuditEvents } from '../../audit/index.ts'
import { apiFailure } from '../../../api/index.ts'
import type { HubService } from '../../service.ts'
import { describeBundle, listBundles } from './bundle-answers.ts'
import { describeCluster, listClusters, listIdentities } from './cluster-answers.ts'
import { fleetStatus, listDrift } from './drift-answers.ts'
import { eventView, listEvents } from './event-answers.ts'
import { fleetView } from './fleet-answer.ts'
import { beginFreeze, endFreeze, listFreezes } from './freeze-answers.ts'
import { connectedEngine, healObjects, previewHeal, verified } from './heal-answers.ts'
import { completeNames, measured, readiness, reconcile, whoami } from './hub-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { fleetCluster } from './in-scope.ts'
import { decidePlan, listPlans, showPlan } from './plan-answers.ts'
import { draftRun, listRuns, showRun } from './run-answers.ts'
import { approveRun, controlRun, startRun } from './run-commands.ts'
import { acceptPush } from './push-answer.ts'
import { traceObject } from './trace-answer.ts'

/** The hub as its HTTP layer asks it: each answer is made in a file of its own. */
export function hubService(parts: HubParts): HubService {
  const { metrics, clock, store } = parts
  const counted = <Result>(operation: string, answer: () => Promise<Result> | Result): Promise<Result> =>
    (async () => answer())().then(
      (result) => {
        metrics.countRequest(operation, 'answered')
        return result
      },
      (error: unknown) => {
        metrics.countRequest(operation, 'failed')
        throw error
      },
    )
  return {
    status: (_, scope) => counted('status', () => fleetStatus(parts, scope)),
    clusters: (_, query) => counted('clusters', () => listClusters(parts, query)),
    cluster: (_, name) => counted('cluster', () => describeCluster(parts, name)),
    identities: (_, query) => counted('identities', () => listIdentities(parts, query)),
    verify: (_, name) =>
      counted('verify', async () => {
        const cluster = fleetCluster(parts, name)
        return cluster === undefined ? undefined : verified(parts, connectedEngine(parts, name), cluster)
      }),
    bundles: (_, query) => counted('bundles', () => listBundles(parts, query)),
    bundle: (_, name) => counted('bundle', () => describeBundle(parts, name)),
    drift: (_, query) => counted('drift', () => listDrift(parts, query)),
    previewHeal: (_, selection) => counted('previewHeal', () => previewHeal(parts, selection)),
    heal: (call, request) => counted('heal', () => healObjects(parts, call, request)),
    plans: (_, query) => counted('plans', () => listPlans(parts, query)),
    plan: (_, id) => counted('plan', () => showPlan(parts, id)),
    decide: (call, id, decision, given) =>
      counted('decide', () => decidePlan(parts, call, id, decision, given)),
    runs: (_, query) => counted('runs', () => listRuns(parts, query)),
    run: (_, id) => counted('run', () => showRun(parts, id)),
    draftRun: (_, bundle) => counted('draftRun', () => draftRun(parts, bundle)),
    startRun: (call, bundle, given) => counted('startRun', () => startRun(parts, call, bundle, given)),
    controlRun: (call, id, request) => counted('controlRun', () => controlRun(parts, call, id, request)),
    approveRun: (call, id, given) => counted('approveRun', () => approveRun(parts, call, id, given)),
    freezes: () => counted('freezes', () => listFreezes(parts)),
    freeze: (call, request) => counted('freeze', () => beginFreeze(parts, call, request)),
    thaw: (call, id, { reason }) => counted('thaw', () => endFreeze(parts, call, id, reason)),
    events: (_, query) => counted('events', () => listEvents(parts, query)),
    onEvent: (listener) => parts.events.subscribe((event) => listener(eventView(event))),
    trace: (_, cluster, query) => counted('trace', () => traceObject(parts, cluster, query)),
    reconcile: (call, request) => counted('reconcile', () => reconcile(parts, call, request)),
    fleet: () => counted('fleet', () => fleetView(parts)),
    whoami: (call) => counted('whoami', () => whoami(parts, call)),
    names: (_, query) => counted('names', () => completeNames(parts, query)),
    acceptAudit: (_, cluster, list) =>
      counted('acceptAudit', () => {
        if (fleetCluster(parts, cluster) === undefined) return undefined
        if (!parts.config.audit.webhook) {
          throw apiFailure('not-allowed', 'audit webhooks are switched off', {
            hint: 'set audit.webhook in hub.yaml',
          })
        }
        return acceptAuditEvents(parts.audit.of(cluster), list)
      }),
    acceptPush: (_, payload) => counted('acceptPush', () => acceptPush(parts, payload)),
    live: () => store.broken === undefined,
    readiness: () => readiness(parts),
    metrics: () => metrics.text(measured(parts), clock.now()),
  }
}
