import { z } from 'zod'
import { accessRoutes } from './access-routes.ts'
import { bundleDetailViewSchema, bundleViewSchema } from './bundle-view.ts'
import { cloudEventSchema } from './cloud-event.ts'
import { clusterDetailViewSchema, clusterViewSchema, identityViewSchema } from './cluster-view.ts'
import { driftPageSchema } from './drift-view.ts'
import { eventViewSchema } from './event-view.ts'
import { fleetViewSchema } from './fleet-view.ts'
import { healPreviewSchema, healRequestSchema, healResultSchema, healSelectionSchema } from './heal-view.ts'
import { reconcileResultSchema, whoamiViewSchema } from './hub-view.ts'
import {
  bundleQuery,
  clusterQuery,
  driftQuery,
  eventQuery,
  identityQuery,
  namesQuery,
  reconcileRequestSchema,
  scopeQuery,
  searchQuery,
  searchWordsQuery,
  traceQuery,
} from './query.ts'
import { jobRoutes } from './job-routes.ts'
import { pageRoutes } from './page-routes.ts'
import { pushResultSchema } from './push-view.ts'
import type { Route } from './route.ts'
import { pageOf } from './scalars.ts'
import { searchViewSchema } from './search-view.ts'
import {
  browserSessionSchema,
  sessionQuery,
  sessionViewSchema,
  signInLinkSchema,
  waysInSchema,
} from './session-view.ts'
import { statusViewSchema } from './status-view.ts'
import { createTokenSchema, madeTokenSchema, tokenViewSchema } from './token-view.ts'
import { traceViewSchema } from './trace-view.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { verdictRoutes } from './verdict-routes.ts'

/**
 * Every route of the API. The server, its authorisation, its OpenAPI document and the client are made from this
 * table and from nothing else; the stream of events is the one route that does not answer JSON and stands apart.
 */
export const routes = {
  ...deliveryRoutes,
  ...verdictRoutes,
  ...jobRoutes,
  ...accessRoutes,
  status: {
    method: 'get',
    path: '/api/v1/status',
    summary: 'The fleet in one answer: clusters by state and the causes of drift',
    privilege: 'read',
    query: scopeQuery,
    response: statusViewSchema,
  },
  clusters: {
    method: 'get',
    path: '/api/v1/clusters',
    summary: 'Clusters with their state',
    privilege: 'read',
    query: clusterQuery,
    response: pageOf(clusterViewSchema),
  },
  cluster: {
    method: 'get',
    path: '/api/v1/clusters/{cluster}',
    summary: 'One cluster with its bundles',
    privilege: 'read',
    response: clusterDetailViewSchema,
  },
  identities: {
    method: 'get',
    path: '/api/v1/identities',
    summary: 'The identity records of clusters',
    privilege: 'read',
    query: identityQuery,
    response: z.object({ items: z.array(identityViewSchema) }),
  },
  verify: {
    method: 'post',
    path: '/api/v1/clusters/{cluster}/verify',
    summary: 'Asks the cluster for its identity now and compares it with the record',
    privilege: 'read',
    response: identityViewSchema,
  },
  trace: {
    method: 'get',
    path: '/api/v1/clusters/{cluster}/trace',
    summary: 'From an object back to the commit that it comes from',
    privilege: 'read',
    query: traceQuery,
    response: traceViewSchema,
  },
  bundles: {
    method: 'get',
    path: '/api/v1/bundles',
    summary: 'Bundles with the state of their clusters',
    privilege: 'read',
    query: bundleQuery,
    response: pageOf(bundleViewSchema),
  },
  bundle: {
    method: 'get',
    path: '/api/v1/bundles/{bundle}',
    summary: 'One bundle with its revision and health on every cluster',
    privilege: 'read',
    response: bundleDetailViewSchema,
  },
  drift: {
    method: 'get',
    path: '/api/v1/drift',
    summary: 'Differences by field, with their writers; names the clusters whose answer is missing',
    privilege: 'read',
    query: driftQuery,
    response: driftPageSchema,
  },
  previewHeal: {
    method: 'post',
    path: '/api/v1/drift/heal/preview',
    summary: 'What a heal would do, by a dry-run on each cluster',
    privilege: 'read',
    body: healSelectionSchema,
    response: healPreviewSchema,
  },
  heal: {
    method: 'post',
    path: '/api/v1/drift/heal',
    summary: 'Heals what was previewed',
    privilege: 'operate',
    target: 'objects',
    body: healRequestSchema,
    response: healResultSchema,
    write: true,
  },
  events: {
    method: 'get',
    path: '/api/v1/events',
    summary: 'What happened, by sequence; without `after` the latest, oldest first',
    privilege: 'read',
    query: eventQuery,
    response: z.object({
      items: z.array(eventViewSchema),
      last: z.int().min(0).describe('The newest sequence'),
    }),
  },
  cloudEvents: {
    method: 'get',
    path: '/api/v1/cloudevents',
    summary: 'The same events as a batch of CloudEvents 1.0',
    privilege: 'read',
    query: eventQuery,
    response: z.array(cloudEventSchema),
  },
  reconcile: {
    method: 'post',
    path: '/api/v1/reconcile',
    summary: 'Looks at the repository and the clusters now instead of later',
    privilege: 'operate',
    target: 'clusters',
    body: reconcileRequestSchema,
    response: reconcileResultSchema,
    write: true,
  },
  fleet: {
    method: 'get',
    path: '/api/v1/fleet',
    summary: 'The fleet repository: revision, state, problems',
    privilege: 'read',
    response: fleetViewSchema,
  },
  whoami: {
    method: 'get',
    path: '/api/v1/whoami',
    summary: 'Who the token stands for, and which hub answers',
    privilege: 'read',
    response: whoamiViewSchema,
  },
  names: {
    method: 'get',
    path: '/api/v1/names',
    summary: 'Names that begin with a prefix, for completion; at most 200',
    privilege: 'read',
    query: namesQuery,
    response: z.object({ names: z.array(z.string()).max(200) }),
  },
  audit: {
    method: 'post',
    path: '/api/v1/audit/{cluster}',
    summary: 'Takes the batches of a Kubernetes audit webhook (audit.k8s.io/v1 EventList)',
    privilege: 'admin',
    target: 'cluster',
    body: z.looseObject({ kind: z.literal('EventList'), items: z.array(z.unknown()).max(50_000) }),
    response: z.object({ accepted: z.int().min(0), ignored: z.int().min(0) }),
    bodyLimit: 16 * 1024 * 1024,
  },
  push: {
    method: 'post',
    path: '/api/v1/webhooks/git/{provider}',
    summary: 'Takes push webhooks of github, gitlab and gitea: the hub looks at repositories that it knows',
    privilege: 'signature',
    body: z.looseObject({}),
    response: pushResultSchema,
    bodyLimit: 4 * 1024 * 1024,
  },
  search: {
    method: 'get',
    path: '/api/v1/search',
    summary: 'Objects of all clusters by what they are, hold and how many there are of them',
    privilege: 'read',
    query: searchQuery,
    response: searchViewSchema,
  },
  searchWords: {
    method: 'get',
    path: '/api/v1/search/words',
    summary: 'How the last part of a question may go on; at most 50',
    privilege: 'read',
    query: searchWordsQuery,
    response: z.object({ words: z.array(z.string()).max(50) }),
  },
  waysIn: {
    method: 'get',
    path: '/api/v1/sign-in',
    summary: 'How people can sign in with a browser',
    privilege: 'nothing',
    response: waysInSchema,
  },
  session: {
    method: 'get',
    path: '/api/v1/session',
    summary: 'Who asks: name, groups, privileges, and until when',
    privilege: 'self',
    response: sessionViewSchema,
  },
  sessions: {
    method: 'get',
    path: '/api/v1/sessions',
    summary: 'Browsers that are signed in: one’s own, or for admins those of others',
    privilege: 'self',
    query: sessionQuery,
    response: z.object({ items: z.array(browserSessionSchema) }),
  },
  endSession: {
    method: 'post',
    path: '/api/v1/sessions/{session}/end',
    summary: 'Signs a browser out',
    privilege: 'self',
    response: browserSessionSchema,
    write: true,
  },
  signInLink: {
    method: 'post',
    path: '/api/v1/sign-in/links',
    summary: 'A link that signs a browser of this machine in, once; for the user of the hub itself',
    privilege: 'self',
    response: signInLinkSchema,
  },
  tokens: {
    method: 'get',
    path: '/api/v1/tokens',
    summary: 'Tokens for programs, without their secrets: one’s own, or for admins those of others',
    privilege: 'self',
    query: sessionQuery,
    response: z.object({ items: z.array(tokenViewSchema) }),
  },
  createToken: {
    method: 'post',
    path: '/api/v1/tokens',
    summary: 'Makes a token that may do a part of what its maker may, for a time; its secret is told once',
    privilege: 'self',
    body: createTokenSchema,
    response: madeTokenSchema,
    write: true,
  },
  revokeToken: {
    method: 'post',
    path: '/api/v1/tokens/{token}/revoke',
    summary: 'Takes a token back',
    privilege: 'self',
    response: tokenViewSchema,
    write: true,
  },
  ...pageRoutes,
} as const satisfies Readonly<Record<string, Route>>

export type Routes = typeof routes
export type RouteName = keyof Routes

/** The stream of events (server-sent events); `Last-Event-ID` or `after` is the last sequence that was seen. */
export const eventStreamPath = '/api/v1/events/stream'

/**
 * The header without which no session of a browser writes anything: a page of another origin cannot send it without being
 * asked for leave, which the hub never gives.
 */
export const clientHeader = 'x-evenkeel-client'
