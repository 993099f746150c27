import type { Catalogue } from '../discovery/index.ts'
import { type Answer, pageNotFound } from './answer.ts'

/**
 * The answer to an address that nothing is behind. Below the groups that a server brings along it is a Status, elsewhere,
 * custom resources included, a text.
 */
export function nothingAt(catalogue: Catalogue, path: string): Answer {
  const [, root, group = ''] = path.split('/')
  if (root === 'api' && group !== '') return resourceNotFound
  if (root !== 'apis') return pageNotFound
  for (const one of catalogue.all()) {
    if (one.group === group && one.custom === undefined) return resourceNotFound
  }
  return pageNotFound
}

const resourceNotFound: Answer = {
  code: 404,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the server could not find the requested resource',
    reason: 'NotFound',
    details: {},
    code: 404,
  },
}
