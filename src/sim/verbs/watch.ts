import type { JsonMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { groupVersionOf } from '../discovery/index.ts'
import { type StoredObject, wholeOf } from '../store/index.ts'
import { follow } from '../watch/watch-feed.ts'
import { noRevision, selectionFor } from './read.ts'
import { type Cause, expired, internal, invalidOptions } from './refusal.ts'
import { representationOf } from './representation.ts'
import type { ResourceRequest } from './resource-request.ts'
import { isShownAs, represented, shown } from './shown.ts'

/** Where the frames of a watch go. */
export interface WatchSink {
  send(frame: JsonMap): void
  /** There is nothing more to come. */
  end(): void
}

/** A watch that may begin: it was asked for as a server wants it. The answer of `start` ends it. */
export interface Watch {
  start(sink: WatchSink): () => void
}

const bookmarkMs = 60_000
const shortestMs = 30 * 60_000

/** Reads a watch request. Throws a 400, 406 or 422 for one that no server would begin. */
export function watch(cluster: Cluster, request: ResourceRequest): Watch {
  const { resource, query, accept } = request
  const problems = watchProblems(query, cluster.profile !== '1.33')
  if (problems.length > 0) throw invalidOptions('ListOptions', problems)
  const representation = representationOf(accept, query.get('includeObject'))
  const selection = selectionFor(request)
  const asked = watchedFrom(query.get('resourceVersion') ?? '')
  const initial = query.get('sendInitialEvents')
  const bookmarks = query.get('allowWatchBookmarks') === 'true'
  const { store, clock } = cluster

  const start = (sink: WatchSink): (() => void) => {
    let ended = false
    let stopFollowing = (): void => {}
    // Custom resources go with their definition, and so does whoever watches them.
    const stopListening =
      resource.custom === undefined
        ? (): void => {}
        : cluster.catalogue.onRetire((name) => {
            if (name === resource.custom?.definition) end()
          })
    let latest = Promise.resolve()
    let waiting = 0
    let first = true
    const stop = (): void => {
      ended = true
      stopFollowing()
      stopListening()
      timeout.cancel()
      bookmark?.cancel()
    }
    const end = (): void => {
      if (ended) return
      stop()
      sink.end()
    }
    const tell = (type: string, object: JsonMap): void => {
      if (!ended) sink.send({ type, object })
    }
    const timeout = clock.setTimeout(end, timeoutOf(query, cluster.random))
    const isPlain = representation.form === 'plain'
    /** Frames keep their order, though some wait for the object handling. */
    const enqueue = (work: () => Promise<void>): void => {
      waiting += 1
      latest = latest
        .then(work)
        .catch(end)
        .finally(() => {
          waiting -= 1
        })
    }
    const event = (type: string, stored: StoredObject): void => {
      if (isPlain && waiting === 0 && isShownAs(resource, stored)) {
        tell(type, wholeOf(stored))
        return
      }
      enqueue(async () => {
        const object = await represented(
          cluster,
          resource,
          await shown(cluster, resource, stored),
          representation,
        )
        tell(type, first || object.kind !== 'Table' ? object : { ...object, columnDefinitions: null })
        first = false
      })
    }
    const mark = (annotations?: JsonMap): void =>
      enqueue(async () => {
        tell('BOOKMARK', {
          ...(representation.form === 'plain'
            ? { kind: resource.kind, apiVersion: groupVersionOf(resource) }
            : {
                kind: representation.form === 'table' ? 'Table' : 'PartialObjectMetadata',
                apiVersion: 'meta.k8s.io/v1',
              }),
          metadata: {
            resourceVersion: String(store.revision),
            ...(annotations === undefined ? {} : { annotations }),
          },
        })
      })
    const tick = (): void => {
      if (ended) return
      mark()
      bookmark = clock.setTimeout(tick, bookmarkMs)
    }
    let bookmark = bookmarks ? clock.setTimeout(tick, bookmarkMs) : undefined

    const fromState = initial === null ? asked === 0 : initial === 'true'
    if (!fromState && asked > 0 && asked < store.floor) {
      tell('ERROR', expired(`too old resource version: ${asked} (${store.floor})`).status)
      end()
      return stop
    }
    if (fromState) {
      const page = store.page(resource.storage, {
        ...(selection.namespace === undefined ? {} : { namespace: selection.namespace }),
        matches: (object) => selection.matches(object),
      })
      for (const object of page.objects) event('ADDED', object)
      if (initial === 'true' && bookmarks) mark({ 'k8s.io/initial-events-end': 'true' })
    }
    const from = fromState || asked === 0 ? store.revision : Math.min(asked, store.revision)
    // A revision that is not reached yet: what comes before it is not told.
    const silentUntil = fromState ? 0 : asked
    stopFollowing = follow(store, resource.storage, selection, from, ({ type, object }) => {
      if (object.revision > silentUntil) event(type, object)
    })
    return stop
  }
  return { start }
}

/** Unlike a list's, a revision that is none is the server's own failure. */
function watchedFrom(text: string): number {
  if (text === '') return 0
  if (!/^\d+$/.test(text)) throw internal(noRevision(text))
  return Number(text)
}

function timeoutOf(query: URLSearchParams, random: () => number): number {
  const asked = Number(query.get('timeoutSeconds') ?? 0)
  return asked > 0 ? asked * 1_000 : shortestMs * (1 + random())
}

/** Source: pkg/apis/meta/internalversion/validation. */
function watchProblems(query: URLSearchParams, hasWatchList: boolean): Cause[] {
  const causes: Cause[] = []
  const forbid = (field: string, why: string): void => {
    causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field })
  }
  const match = query.get('resourceVersionMatch') ?? ''
  const initial = query.get('sendInitialEvents')
  if (initial !== null) {
    if (match !== 'NotOlderThan') {
      forbid(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      )
    }
    if (!hasWatchList) {
      forbid(
        'sendInitialEvents',
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      )
    }
  }
  if (match !== '') {
    if (initial === null) {
      forbid(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      )
    }
    if (match !== 'NotOlderThan') {
      const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "NotOlderThan"`
      causes.push({ reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' })
    }
    if ((query.get('continue') ?? '') !== '') {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
    }
  }
  return causes
}
