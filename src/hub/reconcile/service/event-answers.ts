import type { EventQuery, EventView } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import type { LoggedEvent } from '../../store/index.ts'
import type { ToldEvent } from '../../service.ts'
import type { AddedEvent } from '../event-log.ts'
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
  const seesAll = filter.within === undefined
  return {
    items: events.map((event) => eventView(event, seesAll)),
    last: Math.max(last, events.at(-1)?.sequence ?? 0),
  }
}

/** An event as it is told to whoever may look at everything, or at a part of what it is about. */
export function eventView(event: LoggedEvent, seesAll: boolean): EventView {
  const { sequence, at, type, message, whole, cluster, bundle, key, actor, reason, requestId, job } = event
  return {
    sequence,
    id: eventId(sequence),
    at,
    type,
    message: seesAll ? (whole ?? message) : message,
    ...(cluster === undefined ? {} : { cluster }),
    ...(bundle === undefined ? {} : { bundle }),
    ...(key === undefined ? {} : { object: refOfKey(key) }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(job === undefined ? {} : { job }),
  }
}

/** An event with what its listeners need to be chosen by. */
export function toldEvent(event: AddedEvent): ToldEvent {
  const { whole, about } = event
  return {
    view: eventView(event, false),
    ...(whole === undefined ? {} : { whole }),
    ...(about === undefined ? {} : { about }),
  }
}

/** The short name of an event: `act-91f2`. */
export function eventId(sequence: number): string {
  return `act-${sequence.toString(16).padStart(4, '0')}`
}
