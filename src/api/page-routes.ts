import { causeDetailSchema, causeSummarySchema } from './cause-view.ts'
import { fleetMapViewSchema } from './fleet-map-view.ts'
import { namespaceViewSchema } from './namespace-view.ts'
import { effectiveViewSchema, renderedManifestSchema, renderedObjectsSchema } from './object-view.ts'
import {
  causeQuery,
  fleetMapQuery,
  manifestQuery,
  namespaceQuery,
  objectsQuery,
  scopeQuery,
} from './query.ts'
import type { Route } from './route.ts'
import { pageOf } from './scalars.ts'

/** The routes of what people look at: many clusters in one small answer, and what a bundle is on one of them. */
export const pageRoutes = {
  fleetMap: {
    method: 'get',
    path: '/api/v1/fleet/map',
    summary: 'Every cluster as one short row; with `after` only those that have changed since',
    privilege: 'read',
    query: fleetMapQuery,
    response: fleetMapViewSchema,
  },
  causes: {
    method: 'get',
    path: '/api/v1/causes',
    summary: 'Differences by cause, those of most clusters first, with what happens if nobody decides',
    privilege: 'read',
    query: causeQuery,
    response: pageOf(causeSummarySchema),
  },
  cause: {
    method: 'get',
    path: '/api/v1/causes/{cause}',
    summary: 'One cause, by its id or an unambiguous beginning, with the clusters that have and that lack it',
    privilege: 'read',
    query: scopeQuery,
    response: causeDetailSchema,
  },
  objects: {
    method: 'get',
    path: '/api/v1/clusters/{cluster}/bundles/{bundle}/objects',
    summary: 'The objects of a bundle as rendered for a cluster, each with the line that declares it',
    privilege: 'read',
    query: objectsQuery,
    response: renderedObjectsSchema,
  },
  manifest: {
    method: 'get',
    path: '/api/v1/clusters/{cluster}/bundles/{bundle}/manifest',
    summary: 'One object of a bundle as rendered for a cluster',
    privilege: 'read',
    query: manifestQuery,
    response: renderedManifestSchema,
  },
  effective: {
    method: 'get',
    path: '/api/v1/clusters/{cluster}/effective',
    summary: 'What holds for each bundle on a cluster, and which line says so',
    privilege: 'read',
    response: effectiveViewSchema,
  },
  namespace: {
    method: 'get',
    path: '/api/v1/namespaces/{namespace}',
    summary: 'What runs in a namespace, cluster by cluster, at which commit, and why',
    privilege: 'read',
    query: namespaceQuery,
    response: namespaceViewSchema,
  },
} as const satisfies Readonly<Record<string, Route>>
