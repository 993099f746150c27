import type { EventQuery, EventView } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import type { LoggedEvent } from '../../store/index.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, narrows } from './in-scope.ts'

/** In ascending sequence: those after `after`, else the latest. */
export async function listEvents(
  parts: HubParts,
  query: EventQuery,
): Promise<{ items: EventView[]; last: number }> {
  const filter = {
    within: readable(parts.grants),
    ...(narrows(query) ? { clusters: clustersInScope(parts, query).map(({ name }) => name) } : {}),
    ...(query.bundle === undefined ? {} : { bundle: query.bundle }),
    ...(query.type === undefined ? {} : { types: query.type }),
    ...(query.since === undefined ? {} : { since: new Date(query.since).toISOString() }),
  }
  const last = await parts.store.events.last()
  const events = await parts.store.events.select(filter, query.limit, query.after)
  return { items: events.map(eventView), last: Math.max(last, events.at(-1)?.sequence ?? 0) }
}

export function eventView(event: LoggedEvent): EventView {
  const { sequence, at, type, message, cluster, bundle, key, actor, reason, requestId } = event
  return {
    sequence,
    id: eventId(sequence),
    at,
    type,
    message,
    ...(cluster === undefined ? {} : { cluster }),
    ...(bundle === undefined ? {} : { bundle }),
    ...(key === undefined ? {} : { object: refOfKey(key) }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

/** The short name of an event: `act-91f2`. */
export function eventId(sequence: number): string {
  return `act-${sequence.toString(16).padStart(4, '0')}`
}
