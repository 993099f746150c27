import { acceptDifference, previewAccept } from './accept-answers.ts'
import { answerAccessMatrix, answerWhoCan } from './access-answers.ts'
import { proposeAccess } from './access-proposal.ts'
import { AccessBook } from './access-book.ts'
import { acceptAuditEvents } from '../../audit/index.ts'
import { apiFailure } from '../../../api/index.ts'
import type { Call, HubService } from '../../service.ts'
import { describeBundle, listBundles } from './bundle-answers.ts'
import { describeCause, listCauses } from './cause-answers.ts'
import { describeCluster, listClusters, listIdentities } from './cluster-answers.ts'
import { fleetStatus, listDrift } from './drift-answers.ts'
import { effectiveOn } from './effective-answer.ts'
import { listEvents, toldEvent } from './event-answers.ts'
import { FleetMap } from './fleet-map.ts'
import { fleetView } from './fleet-answer.ts'
import { beginFreeze, endFreeze, listFreezes } from './freeze-answers.ts'
import { connectedEngine, healObjects, previewHeal, verified } from './heal-answers.ts'
import { completeNames, measured, readiness, reconcile, whoami } from './hub-answers.ts'
import { beginHealJob, beginReconcileJob } from './job-commands.ts'
import { cancelJob, listJobRows, listJobs, showJob, targetsOfJob } from './job-answers.ts'
import { forItself, type HubMakings, type HubParts } from './hub-parts.ts'
import { fleetCluster } from './in-scope.ts'
import { describeNamespace } from './namespace-answer.ts'
import { listObjects, showManifest } from './object-answers.ts'
import { decidePlan, listPlans, showPlan } from './plan-answers.ts'
import { previewTree } from './preview-answer.ts'
import { promotionOf } from './promotion-answer.ts'
import { draftRun, listRuns, showRun } from './run-answers.ts'
import { listQuotas, quotaHeat } from './quota-answers.ts'
import { listRecorded, listRecordedChanges } from './recorded-answers.ts'
import { approveRun, controlRun, startRun } from './run-commands.ts'
import { acceptPush } from './push-answer.ts'
import { searchObjects, searchWords } from './search-answer.ts'
import { traceObject } from './trace-answer.ts'

/** The hub as its HTTP layer asks it: each answer is made in a file of its own. */
export function hubService(makings: HubMakings): HubService {
  const { metrics, clock, store } = makings
  const itself = forItself(makings)
  const map = new FleetMap()
  const book = new AccessBook(store, clock)
  /** The parts for whoever asks. */
  const of = ({ caller }: Call): HubParts => ({ ...makings, grants: caller.grants })
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
    status: (call, scope) => counted('status', () => fleetStatus(of(call), scope)),
    fleetMap: (call, query) => counted('fleetMap', () => map.answer(of(call), query)),
    causes: (call, query) => counted('causes', () => listCauses(of(call), query)),
    cause: (call, id, scope) => counted('cause', () => describeCause(of(call), id, scope)),
    objects: (call, cluster, bundle, query) =>
      counted('objects', () => listObjects(of(call), cluster, bundle, query)),
    manifest: (call, cluster, bundle, query) =>
      counted('manifest', () => showManifest(of(call), cluster, bundle, query)),
    effective: (call, name) => counted('effective', () => effectiveOn(of(call), name)),
    namespace: (call, name, query) => counted('namespace', () => describeNamespace(of(call), name, query)),
    clusters: (call, query) => counted('clusters', () => listClusters(of(call), query)),
    cluster: (call, name) => counted('cluster', () => describeCluster(of(call), name)),
    identities: (call, query) => counted('identities', () => listIdentities(of(call), query)),
    verify: (call, name) =>
      counted('verify', async () => {
        const cluster = fleetCluster(of(call), name)
        return cluster === undefined
          ? undefined
          : verified(of(call), connectedEngine(of(call), name), cluster)
      }),
    bundles: (call, query) => counted('bundles', () => listBundles(of(call), query)),
    bundle: (call, name) => counted('bundle', () => describeBundle(of(call), name)),
    drift: (call, query) => counted('drift', () => listDrift(of(call), query)),
    previewHeal: (call, selection) => counted('previewHeal', () => previewHeal(of(call), selection)),
    heal: (call, request) => counted('heal', () => healObjects(of(call), call, request)),
    plans: (call, query) => counted('plans', () => listPlans(of(call), query)),
    plan: (call, id) => counted('plan', () => showPlan(of(call), id)),
    decide: (call, id, decision, given) =>
      counted('decide', () => decidePlan(of(call), call, id, decision, given)),
    runs: (call, query) => counted('runs', () => listRuns(of(call), query)),
    run: (call, id) => counted('run', () => showRun(of(call), id)),
    draftRun: (call, bundle) => counted('draftRun', () => draftRun(of(call), bundle)),
    preview: (call, bundle, request) => counted('preview', () => previewTree(of(call), bundle, request)),
    promotion: (call, bundle, query) => counted('promotion', () => promotionOf(of(call), bundle, query)),
    previewAccept: (call, bundle, field) =>
      counted('previewAccept', () => previewAccept(of(call), bundle, field)),
    accept: (call, bundle, request) =>
      counted('accept', () => acceptDifference(of(call), call, bundle, request)),
    startRun: (call, bundle, given) => counted('startRun', () => startRun(of(call), call, bundle, given)),
    controlRun: (call, id, request) => counted('controlRun', () => controlRun(of(call), call, id, request)),
    approveRun: (call, id, given) => counted('approveRun', () => approveRun(of(call), call, id, given)),
    jobs: (call, query) => counted('jobs', () => listJobs(of(call), query)),
    job: (call, id) => counted('job', () => showJob(of(call), id)),
    jobRows: (call, id, query) => counted('jobRows', () => listJobRows(of(call), id, query)),
    jobTargets: (call, id) => targetsOfJob(of(call), id),
    healJob: (call, request) => counted('healJob', () => beginHealJob(of(call), call, request)),
    reconcileJob: (call, request) =>
      counted('reconcileJob', () => beginReconcileJob(of(call), call, request)),
    cancelJob: (call, id) => counted('cancelJob', () => cancelJob(of(call), call, id)),
    freezes: (call) => counted('freezes', () => listFreezes(of(call))),
    freeze: (call, request) => counted('freeze', () => beginFreeze(of(call), call, request)),
    thaw: (call, id, { reason }) => counted('thaw', () => endFreeze(of(call), call, id, reason)),
    events: (call, query) => counted('events', () => listEvents(of(call), query)),
    onEvent: (listener) => makings.events.subscribe((event) => listener(toldEvent(event))),
    trace: (call, cluster, query) => counted('trace', () => traceObject(of(call), cluster, query)),
    reconcile: (call, request) => counted('reconcile', () => reconcile(of(call), call, request)),
    fleet: (call) => counted('fleet', () => fleetView(of(call))),
    whoami: (call) => counted('whoami', () => whoami(of(call), call)),
    names: (call, query) => counted('names', () => completeNames(of(call), query)),
    acceptAudit: (call, cluster, list) =>
      counted('acceptAudit', () => {
        if (fleetCluster(of(call), cluster) === undefined) return undefined
        if (!makings.config.audit.webhook) {
          throw apiFailure('not-allowed', 'audit webhooks are switched off', {
            hint: 'set audit.webhook in hub.yaml',
          })
        }
        return acceptAuditEvents(makings.audit.of(cluster), list)
      }),
    acceptPush: (call, payload) => counted('acceptPush', () => acceptPush(of(call), payload)),
    search: (call, query) => counted('search', () => searchObjects(of(call), query)),
    searchWords: (call, query) => counted('searchWords', () => searchWords(of(call), query)),
    whoCan: (call, query) => counted('whoCan', () => answerWhoCan(of(call), book, query)),
    accessMatrix: (call, query) => counted('accessMatrix', () => answerAccessMatrix(of(call), book, query)),
    proposal: (call, bundle, query) =>
      counted('proposal', () => proposeAccess(of(call), book, bundle, query)),
    quotas: (call, query) => counted('quotas', () => listQuotas(of(call), query)),
    quotaHeat: (call, query) => counted('quotaHeat', () => quotaHeat(of(call), query)),
    recorded: (call, query) => counted('recorded', () => listRecorded(of(call), query)),
    recordedChanges: (call, cluster, query) =>
      counted('recordedChanges', () => listRecordedChanges(of(call), cluster, query)),
    holders: (_, cluster, keys) => store.inventory.holders(cluster, keys),
    live: () => store.broken === undefined,
    readiness: () => readiness(itself),
    metrics: () => metrics.text(measured(itself), clock.now()),
  }
}
