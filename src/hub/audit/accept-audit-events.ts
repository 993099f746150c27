import { isMap } from '../../core/object/index.ts'
import { HubFailure } from '../failure.ts'
import type { AuditFeed } from './audit-feed.ts'

/** Events in one request; API servers send 400 by default (`--audit-webhook-batch-max-size`). */
const mostEvents = 20_000

/**
 * Takes an `audit.k8s.io/v1` EventList, as an audit webhook sends it. Throws `bad-audit` for anything else; events that
 * are no completed writes are counted as ignored.
 */
export function acceptAuditEvents(feed: AuditFeed, list: unknown): { accepted: number; ignored: number } {
  if (!isMap(list) || list['kind'] !== 'EventList' || list['apiVersion'] !== 'audit.k8s.io/v1') {
    throw refused('wanted kind EventList of audit.k8s.io/v1')
  }
  const { items } = list
  if (!Array.isArray(items)) throw refused('it has no items')
  if (items.length > mostEvents) throw refused(`${items.length} events, at most ${mostEvents} in one request`)
  let accepted = 0
  for (const item of items as unknown[]) if (feed.take(item)) accepted += 1
  return { accepted, ignored: items.length - accepted }
}

function refused(why: string): HubFailure {
  return new HubFailure('bad-audit', `audit events: cannot be taken: ${why}`, {
    hint: 'point --audit-webhook-config-file of the API server here, with audit.k8s.io/v1',
  })
}
