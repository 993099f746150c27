/**
 * The wire contract between the hub and its clients: schemas, routes, problems, the guard of writes, the client.
 *
 * Knows nothing about how the hub finds an answer, and uses no Node, so that a browser can import it. Refuses
 * to carry secrets: a response has only the fields of its schema.
 * Key invariant: server, authorisation, OpenAPI document and client come from one table of routes.
 */
export type {
  AccessGrant,
  AccessMatrixQuery,
  AccessMatrixView,
  WhoCanQuery,
  WhoCanView,
} from './access-view.ts'
export { type ApiCode, apiFailure } from './api-failure.ts'
export type { BundleDetailView, BundleView, PlacedBundleView } from './bundle-view.ts'
export type { CauseDetail, CauseSummary, CauseTab } from './cause-view.ts'
export { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts'
export { failureOfAnswer } from './client-problem.ts'
export { type CloudEvent, cloudEventOf } from './cloud-event.ts'
export type { ClusterDetailView, ClusterFactsView, ClusterView, IdentityView } from './cluster-view.ts'
export type { DriftPage, DriftView } from './drift-view.ts'
export { type EventView, eventViewSchema } from './event-view.ts'
export type { EnvironmentMark, Fill, FleetMapView } from './fleet-map-view.ts'
export type { FleetView } from './fleet-view.ts'
export { type Confirmation, type Guard, type GuardedTarget, guardOf, unconfirmed } from './guard.ts'
export type { HealPreview, HealRequest, HealResult, HealSelection } from './heal-view.ts'
export {
  type Privilege,
  privileges,
  type Readiness,
  type ReconcileResult,
  readinessSchema,
  type WhoamiView,
} from './hub-view.ts'
export type { JobRowView, JobView } from './job-view.ts'
export type { Follow, FollowOptions } from './follow-events.ts'
export { compileSelector } from './label-selector.ts'
export type { NamespaceView } from './namespace-view.ts'
export type { EffectiveView, RenderedManifest, RenderedObject, RenderedObjects } from './object-view.ts'
export type { PlanSummary, PlanView } from './plan-view.ts'
export type { AcceptPreview, AcceptRequest, AcceptResult } from './verdict-view.ts'
export type { PreviewRequest, PreviewView, PromotionQuery, PromotionView } from './preview-view.ts'
export {
  type ProblemDetails,
  problemDetailsSchema,
  problemOf,
  problemType,
  requestIdOf,
  statusOf,
} from './problems.ts'
export type {
  BundleQuery,
  CauseQuery,
  ClusterQuery,
  DriftQuery,
  EventQuery,
  FleetMapQuery,
  IdentityQuery,
  JobQuery,
  JobRowQuery,
  ManifestQuery,
  NamespaceQuery,
  NamesQuery,
  ObjectsQuery,
  PlanQuery,
  ReconcileRequest,
  RunQuery,
  Scope,
  SearchQuery,
  SearchWordsQuery,
  TraceQuery,
} from './query.ts'
export type { ProposalQuery, ProposalView } from './proposal-view.ts'
export type { QuotaHeat, QuotaHeatQuery, QuotaPage, QuotaQuery, QuotaView } from './quota-view.ts'
export type {
  RecordedChangesQuery,
  RecordedChangesView,
  RecordedPage,
  RecordedQuery,
} from './recorded-view.ts'
export type { PushResult } from './push-view.ts'
export type { Access, PathParams, Route, RouteInput, RouteOutput, RouteTarget } from './route.ts'
export type {
  ControlRequest,
  DraftView,
  EffectView,
  FreezeRequest,
  FreezeView,
  RunSummary,
  RunView,
} from './run-view.ts'
export { targetsOfRun } from './run-targets.ts'
export { clientHeader, eventStreamPath, type RouteName, type Routes, routes } from './routes.ts'
export type { Tier } from './scalars.ts'
export type { BrowserSession, SessionQuery, SessionView, SignInLink, WaysInView } from './session-view.ts'
export type { CreateTokenRequest, MadeToken, TokenView } from './token-view.ts'
export type { SearchView } from './search-view.ts'
export type { CauseView, StatusView } from './status-view.ts'
export type { TraceView } from './trace-view.ts'
export { type ValueView, valueViewOf } from './value-view.ts'
