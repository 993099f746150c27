import { healRequestSchema } from './heal-view.ts'
import { jobRowSchema, jobViewSchema } from './job-view.ts'
import { jobQuery, jobRowQuery, reconcileRequestSchema } from './query.ts'
import type { Route } from './route.ts'
import { pageOf } from './scalars.ts'

/** The routes of long work: one action on many clusters, with a row for each. */
export const jobRoutes = {
  jobs: {
    method: 'get',
    path: '/api/v1/jobs',
    summary: 'Jobs, newest first',
    privilege: 'read',
    query: jobQuery,
    response: pageOf(jobViewSchema),
  },
  job: {
    method: 'get',
    path: '/api/v1/jobs/{job}',
    summary: 'One job: how far it is, at which rate, and how long it still takes',
    privilege: 'read',
    response: jobViewSchema,
  },
  jobRows: {
    method: 'get',
    path: '/api/v1/jobs/{job}/rows',
    summary: 'What became of each cluster of a job, by name',
    privilege: 'read',
    query: jobRowQuery,
    response: pageOf(jobRowSchema),
  },
  healJob: {
    method: 'post',
    path: '/api/v1/jobs/heal',
    summary: 'Heals what was previewed, as a job: the answer comes at once, and the work goes on',
    privilege: 'operate',
    target: 'objects',
    body: healRequestSchema,
    response: jobViewSchema,
    write: true,
    bodyLimit: 16 * 1024 * 1024,
  },
  reconcileJob: {
    method: 'post',
    path: '/api/v1/jobs/reconcile',
    summary: 'Lets the clusters be looked at again, as a job that ends when all have been',
    privilege: 'operate',
    target: 'clusters',
    body: reconcileRequestSchema,
    response: jobViewSchema,
    write: true,
  },
  cancelJob: {
    method: 'post',
    path: '/api/v1/jobs/{job}/cancel',
    summary: 'Begins nothing more of a job; what is under way comes to its end',
    privilege: 'operate',
    target: 'job',
    response: jobViewSchema,
    write: true,
  },
} as const satisfies Readonly<Record<string, Route>>
