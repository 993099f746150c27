import type {
  AccessMatrixQuery,
  AccessMatrixView,
  AcceptPreview,
  AcceptRequest,
  AcceptResult,
  BundleDetailView,
  BundleQuery,
  BundleView,
  CauseDetail,
  CauseQuery,
  CauseSummary,
  ClusterDetailView,
  ClusterQuery,
  ClusterView,
  Confirmation,
  ControlRequest,
  DraftView,
  DriftPage,
  DriftQuery,
  EffectiveView,
  EventQuery,
  EventView,
  FleetMapQuery,
  FleetMapView,
  FleetView,
  FreezeRequest,
  FreezeView,
  HealPreview,
  HealRequest,
  HealResult,
  HealSelection,
  IdentityQuery,
  IdentityView,
  JobQuery,
  JobRowQuery,
  JobRowView,
  JobView,
  ManifestQuery,
  NamespaceQuery,
  NamespaceView,
  NamesQuery,
  ObjectsQuery,
  PlanQuery,
  PlanSummary,
  PlanView,
  PreviewRequest,
  PreviewView,
  PromotionQuery,
  ProposalQuery,
  ProposalView,
  PromotionView,
  PushResult,
  QuotaHeat,
  QuotaHeatQuery,
  QuotaPage,
  QuotaQuery,
  Readiness,
  ReconcileRequest,
  ReconcileResult,
  RecordedChangesQuery,
  RecordedChangesView,
  RecordedPage,
  RecordedQuery,
  RenderedManifest,
  RenderedObjects,
  RunQuery,
  RunSummary,
  RunView,
  Scope,
  SearchQuery,
  SearchView,
  SearchWordsQuery,
  StatusView,
  TraceQuery,
  TraceView,
  WhoamiView,
  WhoCanQuery,
  WhoCanView,
} from '../api/index.ts'
import type { Grant, Target } from '../core/access/index.ts'

/** On whose word something is asked. */
export interface Caller {
  /** Never empty; the actor of the events that it causes. */
  readonly name: string
  readonly groups: readonly string[]
  /** True for the user that the hub runs as. */
  readonly local: boolean
  /** What it may do, and where. */
  readonly grants: readonly Grant[]
  readonly credential: Credential
}

/** By what a caller was known. */
export interface Credential {
  /** `hub` is the token that the hub gives its own user in hub.json. */
  readonly via: 'hub' | 'token' | 'link' | 'openid' | 'signature'
  readonly id: string
  /** RFC 3339; undefined for what is never over. */
  readonly expiresAt: string | undefined
}

/** A field of an object that a bundle declares; an empty path is the object whole. */
export type AcceptedField = Pick<AcceptRequest, 'kind' | 'namespace' | 'name' | 'path'>

/** One request: who asks, under which id it is logged, and when nobody waits for the answer any more. */
export interface Call {
  readonly caller: Caller
  readonly requestId: string
  readonly signal: AbortSignal
}

/** An event for everybody who may hear of it. */
export interface ToldEvent {
  readonly view: EventView
  /** Its message for whoever may look at everything, where that of the view is for those who may look at a part. */
  readonly whole?: string
  /** All that it is about, where that is more than one thing. */
  readonly about?: readonly Target[]
}

export interface Page<Item> {
  readonly items: Item[]
  /** Of all pages. */
  readonly total: number
  /** The cursor of the next page. */
  readonly next?: string
}

/**
 * Everything that the HTTP layer asks of the hub. The caller has been authenticated, may do what is asked to each of
 * the targets, and writes carry a confirmation that satisfies the tier of what is stored under their names; everything
 * else is checked here. An answer holds only what the caller's grants let it look at: what is beyond them is left out
 * and not found, just as if it were not there.
 *
 * Methods throw a `Failure` (`ApiCode`, or a code of the layer it came from); what is not found is undefined where
 * the type says so. A cluster that does not answer never makes an answer about the others fail: it is named.
 */
export interface HubService {
  status(call: Call, scope: Scope): Promise<StatusView>

  /** Every cluster in scope as one short row, or those that have changed since `after`. */
  fleetMap(call: Call, query: FleetMapQuery): Promise<FleetMapView>
  /** Those of most clusters first. */
  causes(call: Call, query: CauseQuery): Promise<Page<CauseSummary>>
  /** By its id or a beginning of it that names no other cause. */
  cause(call: Call, id: string, scope: Scope): Promise<CauseDetail | undefined>
  /** Undefined when the bundle is not on the cluster, or its rendering is not to be had. */
  objects(
    call: Call,
    cluster: string,
    bundle: string,
    query: ObjectsQuery,
  ): Promise<RenderedObjects | undefined>
  manifest(
    call: Call,
    cluster: string,
    bundle: string,
    query: ManifestQuery,
  ): Promise<RenderedManifest | undefined>
  effective(call: Call, cluster: string): Promise<EffectiveView | undefined>
  /** Undefined when nothing in it is known, on no cluster. */
  namespace(call: Call, name: string, query: NamespaceQuery): Promise<NamespaceView | undefined>

  /** By name. */
  clusters(call: Call, query: ClusterQuery): Promise<Page<ClusterView>>
  cluster(call: Call, name: string): Promise<ClusterDetailView | undefined>

  /** The identity records that match; all of them for an empty query. An unknown name is left out. */
  identities(call: Call, query: IdentityQuery): Promise<IdentityView[]>
  /** Asks the cluster now. Throws `wrong-cluster` when it answers with another identity. */
  verify(call: Call, cluster: string): Promise<IdentityView | undefined>

  bundles(call: Call, query: BundleQuery): Promise<Page<BundleView>>
  bundle(call: Call, name: string): Promise<BundleDetailView | undefined>

  /** Newest first. States `open` and `healing` where the query names none. */
  drift(call: Call, query: DriftQuery): Promise<DriftPage>
  /** Sends dry-runs only. A cluster that cannot be asked has a `failure` in its target. */
  previewHeal(call: Call, selection: HealSelection): Promise<HealPreview>
  /**
   * Heals the named objects. A target whose cluster has another identity than `clusterId` now fails with
   * `wrong-cluster` before anything is sent to it.
   */
  heal(call: Call, request: HealRequest): Promise<HealResult>

  /** Newest first. State `waiting` where the query names none. */
  plans(call: Call, query: PlanQuery): Promise<Page<PlanSummary>>
  plan(call: Call, id: string): Promise<PlanView | undefined>
  /** Throws `changed` when the plan does not wait any more. */
  decide(
    call: Call,
    id: string,
    decision: 'approved' | 'rejected',
    confirmation: Confirmation,
  ): Promise<PlanView | undefined>

  /** Newest first. */
  runs(call: Call, query: RunQuery): Promise<Page<RunSummary>>
  run(call: Call, id: string): Promise<RunView | undefined>
  /** The run that would begin now. Undefined when the bundle is not known. */
  draftRun(call: Call, bundle: string): Promise<DraftView | undefined>
  /** Throws `invalid-request` for paths that are none. */
  preview(call: Call, bundle: string, request: PreviewRequest): Promise<PreviewView | undefined>
  /** Throws `not-found` for an environment that is not there. */
  /** Undefined when there is no such bundle. */
  previewAccept(call: Call, bundle: string, field: AcceptedField): Promise<AcceptPreview | undefined>
  accept(call: Call, bundle: string, request: AcceptRequest): Promise<AcceptResult | undefined>
  promotion(call: Call, bundle: string, query: PromotionQuery): Promise<PromotionView | undefined>
  /** Begins a run of what is held. Throws `changed` when nothing is, or one is under way. */
  startRun(call: Call, bundle: string, given: Confirmation): Promise<RunView | undefined>
  /**
   * Throws `changed` when the run's state does not allow it. An abort resolves when nothing of the run is written any
   * more.
   */
  controlRun(call: Call, id: string, request: ControlRequest): Promise<RunView | undefined>
  approveRun(call: Call, id: string, given: Confirmation): Promise<RunView | undefined>

  /** Newest first. */
  jobs(call: Call, query: JobQuery): Promise<Page<JobView>>
  job(call: Call, id: string): Promise<JobView | undefined>
  /** By cluster. */
  jobRows(call: Call, id: string, query: JobRowQuery): Promise<Page<JobRowView> | undefined>
  /** Everything that a job is about, as far as the caller may look at it. */
  jobTargets(call: Call, id: string): Promise<readonly Target[] | undefined>
  /**
   * Heals as `heal` does, as a job. Each row is decided by what the caller may do when its turn comes. Throws `not-ready`
   * when too many jobs run.
   */
  healJob(call: Call, request: HealRequest): Promise<JobView>
  /** Lets each cluster be looked at again, and waits for it, as a job. */
  reconcileJob(call: Call, request: ReconcileRequest): Promise<JobView>
  /** Throws `changed` when it is over. */
  cancelJob(call: Call, id: string): Promise<JobView | undefined>

  /** Those in force. */
  freezes(call: Call): Promise<FreezeView[]>
  /** Holds with the next write of every engine that it is for. Throws `not-found` for a scope that names nothing. */
  freeze(call: Call, request: FreezeRequest): Promise<FreezeView>
  /** Undefined when no freeze of that id is in force. */
  thaw(call: Call, id: string, given: Confirmation): Promise<FreezeView | undefined>

  /** In ascending sequence: those after `after`, else the latest `limit`. `last` is the newest of all. */
  events(call: Call, query: EventQuery): Promise<{ items: EventView[]; last: number }>
  /** Calls the listener for every event from now on, in ascending sequence; the answer ends that. */
  onEvent(listener: (event: ToldEvent) => void): () => void

  /** Undefined when the cluster or the object is not known. */
  trace(call: Call, cluster: string, query: TraceQuery): Promise<TraceView | undefined>
  reconcile(call: Call, request: ReconcileRequest): Promise<ReconcileResult>
  fleet(call: Call): Promise<FleetView>
  whoami(call: Call): Promise<WhoamiView>
  /** Sorted; at most 200. */
  names(call: Call, query: NamesQuery): Promise<string[]>

  search(call: Call, query: SearchQuery): Promise<SearchView>
  /** At most 50, sorted. */
  searchWords(call: Call, query: SearchWordsQuery): Promise<string[]>

  /** Throws `invalid-request` for a question that cannot be understood. */
  whoCan(call: Call, query: WhoCanQuery): Promise<WhoCanView>
  accessMatrix(call: Call, query: AccessMatrixQuery): Promise<AccessMatrixView>
  /** Undefined when there is no such bundle. Throws `invalid-request` for a change that cannot be understood. */
  proposal(call: Call, bundle: string, query: ProposalQuery): Promise<ProposalView | undefined>
  quotas(call: Call, query: QuotaQuery): Promise<QuotaPage>
  quotaHeat(call: Call, query: QuotaHeatQuery): Promise<QuotaHeat>
  recorded(call: Call, query: RecordedQuery): Promise<RecordedPage>
  /** Undefined when the cluster is not known; an object that nothing is recorded of has no changes. */
  recordedChanges(
    call: Call,
    cluster: string,
    query: RecordedChangesQuery,
  ): Promise<RecordedChangesView | undefined>

  /** The bundles that hold objects of a cluster, by the objects' keys. */
  holders(call: Call, cluster: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>

  /** Takes an audit.k8s.io/v1 EventList of one cluster. Undefined when the cluster is not known. */
  acceptAudit(
    call: Call,
    cluster: string,
    list: unknown,
  ): Promise<{ accepted: number; ignored: number } | undefined>

  /** Lets the hub look at the repositories that a webhook is about. Undefined when it knows none of them. */
  acceptPush(call: Call, payload: unknown): Promise<PushResult | undefined>

  /** False once nothing but a restart can help. */
  live(): boolean
  readiness(): Promise<Readiness>
  /** The metrics in the text format of Prometheus. */
  metrics(): Promise<string>
}
