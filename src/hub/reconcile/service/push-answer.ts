import { apiFailure, type PushResult } from '../../../api/index.ts'
import { announcedRepositories, placeOfRepository } from '../../webhooks/index.ts'
import type { HubParts } from './hub-parts.ts'

/**
 * Lets the hub look at the repositories that a webhook names, as far as it knows them. Undefined when it knows none of
 * them. Throws `invalid-request` for a payload that names no repository.
 */
export function acceptPush({ sources, pushes }: HubParts, payload: unknown): PushResult | undefined {
  const announced = announcedRepositories(payload)
  if (announced === undefined) {
    throw apiFailure('invalid-request', 'webhook: its payload names no repository', {
      hint: 'send push events, as application/json',
    })
  }
  const known = sources.places().flatMap(({ name, url }) => {
    const at = placeOfRepository(url)
    return at !== undefined && announced.has(at) ? [{ name, at }] : []
  })
  for (const { at } of known) pushes.add(at)
  return known.length === 0 ? undefined : { repositories: [...new Set(known.map(({ name }) => name))] }
}
