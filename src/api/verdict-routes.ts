import type { Route } from './route.ts'
import { acceptPreviewSchema, acceptQuery, acceptRequestSchema, acceptResultSchema } from './verdict-view.ts'

/** The routes by which what is decided about a difference is written into Git. */
export const verdictRoutes = {
  previewAccept: {
    method: 'get',
    path: '/api/v1/bundles/{bundle}/accept',
    summary: 'The rule that would accept a difference, where it would be written, and what it would hide',
    privilege: 'read',
    query: acceptQuery,
    response: acceptPreviewSchema,
  },
  accept: {
    method: 'post',
    path: '/api/v1/bundles/{bundle}/accept',
    summary: 'Writes the rule that accepts a difference into the fleet repository, by commit or pull request',
    privilege: 'approve',
    target: 'bundle',
    body: acceptRequestSchema,
    response: acceptResultSchema,
    write: true,
  },
} as const satisfies Readonly<Record<string, Route>>
