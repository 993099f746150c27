import { accessMatrixQuery, accessMatrixViewSchema, whoCanQuery, whoCanViewSchema } from './access-view.ts'
import { proposalQuery, proposalSchema } from './proposal-view.ts'
import { quotaHeatQuery, quotaHeatSchema, quotaPageSchema, quotaQuery } from './quota-view.ts'
import {
  recordedChangesQuery,
  recordedChangesSchema,
  recordedPageSchema,
  recordedQuery,
} from './recorded-view.ts'
import type { Route } from './route.ts'

/** The routes of who may do what in the clusters, and of how full their quotas are. */
export const accessRoutes = {
  whoCan: {
    method: 'get',
    path: '/api/v1/access/who-can',
    summary: 'Who can do something on which clusters, by RBAC, and by which binding',
    privilege: 'read',
    query: whoCanQuery,
    response: whoCanViewSchema,
  },
  accessMatrix: {
    method: 'get',
    path: '/api/v1/access/matrix',
    summary: 'Subjects by what they can in each environment, and by which binding',
    privilege: 'read',
    query: accessMatrixQuery,
    response: accessMatrixViewSchema,
  },
  proposal: {
    method: 'get',
    path: '/api/v1/bundles/{bundle}/proposal',
    summary:
      'A change of a binding or quota as a patch, and the difference that it makes; nothing is written',
    privilege: 'read',
    query: proposalQuery,
    response: proposalSchema,
  },
  quotas: {
    method: 'get',
    path: '/api/v1/quotas',
    summary: 'How full the quotas of namespaces are, the fullest first, and when they will be full',
    privilege: 'read',
    query: quotaQuery,
    response: quotaPageSchema,
  },
  quotaHeat: {
    method: 'get',
    path: '/api/v1/quotas/heat',
    summary: 'The fullest quota of each namespace on each cluster, as a table of those that are fullest',
    privilege: 'read',
    query: quotaHeatQuery,
    response: quotaHeatSchema,
  },
  recorded: {
    method: 'get',
    path: '/api/v1/recorded',
    summary: 'Quotas, roles and bindings of clusters in full, managed or not, each with its last writer',
    privilege: 'read',
    query: recordedQuery,
    response: recordedPageSchema,
  },
  recordedChanges: {
    method: 'get',
    path: '/api/v1/clusters/{cluster}/recorded/changes',
    summary: 'What became of one quota, role or binding, with who wrote it',
    privilege: 'read',
    query: recordedChangesQuery,
    response: recordedChangesSchema,
  },
} as const satisfies Readonly<Record<string, Route>>
