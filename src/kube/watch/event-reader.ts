import { isMap, type KubeObject } from '../../core/object/index.ts'
import { asObject, badAnswer, failureOfErrorEvent, type RequestSubject } from '../answer/index.ts'
import type { ResourceRef } from '../api-resource.ts'
import type { KubeFailure } from '../failure.ts'
import { withKind } from '../list-pages.ts'
import { peekEvent } from './event-peek.ts'
import { KnownObjects, type Verdict } from './known-objects.ts'
import { isOlder } from './resource-version.ts'
import type { WatchHandler } from './watch-handler.ts'

/** What a line asks of the watch, when it is more than an event to tell. */
export type Signal =
  /** The initial list of a streaming watch is complete at this revision. */
  | { readonly kind: 'synced'; readonly resourceVersion: string }
  /** The stream cannot go on, and a complete list must come first. */
  | { readonly kind: 'broken'; readonly failure: KubeFailure }

const initialEventsEnd = 'k8s.io/initial-events-end'

/**
 * Turns lines and list items into calls of the handler, through what is known. Objects that the handler or the
 * watch already has are skipped before they are parsed: parsing is what a watch costs.
 */
export class EventReader {
  readonly #resource: ResourceRef
  readonly #subject: RequestSubject
  readonly #handler: WatchHandler
  readonly #known = new KnownObjects()
  // Revisions that went back say nothing about what the caller holds.
  #trustCaller = true

  constructor(resource: ResourceRef, subject: RequestSubject, handler: WatchHandler) {
    this.#resource = resource
    this.#subject = subject
    this.#handler = handler
  }

  get position(): string | undefined {
    return this.#known.position
  }

  startAt(position: string): void {
    this.#known.startAt(position)
  }

  beginList(): void {
    this.#known.beginList()
  }

  /** Every object will be told again, whatever its revision. */
  forgetRevisions(): void {
    this.#known.forgetRevisions()
    this.#trustCaller = false
  }

  /** True when a complete list at `revision` shows that revisions went back since the last one. */
  wentBack(revision: string): boolean {
    const { position } = this.#known
    return position !== undefined && isOlder(revision, position)
  }

  /** Ends the list: tells what it lacks, then that it is complete. */
  endList(resourceVersion: string): void {
    for (const key of this.#known.endList(resourceVersion)) {
      const [namespace = '', name = ''] = key.split('/')
      this.#handler.onEvent({
        type: 'DELETED',
        namespace,
        name,
        resourceVersion,
        object: undefined,
        bytes: 0,
        relist: true,
      })
    }
    this.#trustCaller = true
    this.#handler.onSynced(resourceVersion, (namespace, name) =>
      this.#known.isPresent(keyFor(namespace, name)),
    )
  }

  /** An object of a paged list. */
  takeItem(object: KubeObject): void {
    this.#put(object, 0)
  }

  /** A line of a watch. */
  takeLine(line: Buffer): Signal | undefined {
    const peek = peekEvent(line, this.#resource.namespaced)
    if (peek !== undefined && (peek.type === 'ADDED' || peek.type === 'MODIFIED')) {
      const { namespace, name, resourceVersion } = peek
      if (this.#isHeld(namespace, name, resourceVersion)) {
        return this.#follow(this.#known.put(keyFor(namespace, name), resourceVersion), resourceVersion)
      }
    }
    return this.#takeParsed(line)
  }

  #takeParsed(line: Buffer): Signal | undefined {
    let event: unknown
    try {
      event = JSON.parse(line.toString())
    } catch {
      return this.#broken('an event is not JSON')
    }
    if (!isMap(event) || !isMap(event.object)) return this.#broken('an event has no object')
    const { type, object: body } = event
    if (type === 'ERROR') {
      const failure = failureOfErrorEvent(body, this.#subject)
      return { kind: 'broken', failure }
    }
    if (type === 'BOOKMARK') return this.#bookmark(body)
    const object = asObject(withKind(body, this.#resource))
    if (object === undefined || typeof object.metadata.name !== 'string') {
      return this.#broken('an event is not about an object')
    }
    if (type === 'ADDED' || type === 'MODIFIED') return this.#put(object, line.length)
    if (type === 'DELETED') return this.#remove(object, line.length)
    return this.#broken(`an event is of the unknown type ${JSON.stringify(type ?? null)}`)
  }

  #put(object: KubeObject, bytes: number): Signal | undefined {
    const { name, namespace = '', resourceVersion = '' } = object.metadata
    const held = this.#isHeld(namespace, name, resourceVersion)
    const verdict = this.#known.put(keyFor(namespace, name), resourceVersion)
    if (!held && (verdict === 'added' || verdict === 'modified')) {
      const type = verdict === 'added' ? 'ADDED' : 'MODIFIED'
      this.#handler.onEvent({ type, namespace, name, resourceVersion, object, bytes })
    }
    return this.#follow(verdict, resourceVersion)
  }

  #remove(object: KubeObject, bytes: number): Signal | undefined {
    const { name, namespace = '', resourceVersion = '' } = object.metadata
    const verdict = this.#known.remove(keyFor(namespace, name), resourceVersion)
    if (verdict === 'deleted') {
      this.#handler.onEvent({
        type: 'DELETED',
        namespace,
        name,
        resourceVersion,
        object,
        bytes,
        relist: false,
      })
    }
    return this.#follow(verdict, resourceVersion)
  }

  #bookmark(body: unknown): Signal | undefined {
    const metadata = isMap(body) && isMap(body.metadata) ? body.metadata : {}
    const { resourceVersion, annotations } = metadata
    if (typeof resourceVersion !== 'string') return this.#broken('a bookmark has no resourceVersion')
    if (isMap(annotations) && annotations[initialEventsEnd] === 'true')
      return { kind: 'synced', resourceVersion }
    if (!this.#known.moveTo(resourceVersion)) return this.#broken('revisions went back')
    this.#handler.onProgress(resourceVersion)
    return undefined
  }

  #follow(verdict: Verdict, resourceVersion: string): Signal | undefined {
    if (verdict === 'out-of-order') return this.#broken('revisions went back')
    if (verdict !== 'repeated') this.#handler.onProgress(resourceVersion)
    return undefined
  }

  #isHeld(namespace: string, name: string, resourceVersion: string): boolean {
    if (this.#known.has(keyFor(namespace, name), resourceVersion)) return true
    if (!this.#trustCaller || this.#handler.isKnown === undefined) return false
    return this.#handler.isKnown(namespace, name, resourceVersion)
  }

  #broken(why: string): Signal {
    return { kind: 'broken', failure: badAnswer(this.#subject, why) }
  }
}

function keyFor(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
