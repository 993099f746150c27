import { keyOf } from '../../core/object/index.ts'
import {
  type ApiResource,
  apiVersionOf,
  type Watch,
  type WatchEvent,
  type WatchHandler,
  watchObjects,
} from '../../kube/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Observer } from '../drift/index.ts'
import { bundleLabel } from '../names.ts'
import type { Presence } from '../presence.ts'

/**
 * The watches of one cluster: for every kind that bundles hold, one over the objects with our label, and for
 * kinds that are only observed one over the metadata of all of them.
 */
export class WatchSet {
  readonly #context: EngineContext
  readonly #observer: Observer
  readonly #presence: Presence
  readonly #watches = new Map<string, Watch>()

  constructor(context: EngineContext, observer: Observer, presence: Presence) {
    this.#context = context
    this.#observer = observer
    this.#presence = presence
  }

  /** Starts what the members need and stops what they need no more. */
  sync(): void {
    const needed = new Map<string, { resource: ApiResource; labelled: boolean }>()
    const session = this.#context.session()
    for (const member of this.#context.members.all()) {
      if (member.receipt === undefined) continue
      const labelled = !member.observedOnly
      const name = `${labelled ? 'labelled' : 'all'} ${member.apiVersion} ${member.ref.kind}`
      if (needed.has(name)) continue
      const version = member.apiVersion.slice(member.apiVersion.indexOf('/') + 1)
      const resource = session.resourceOf(member.ref, version)
      if (resource !== undefined) needed.set(name, { resource, labelled })
    }
    for (const [name, watch] of this.#watches) {
      if (needed.has(name)) continue
      this.#watches.delete(name)
      void watch.stop()
    }
    for (const [name, { resource, labelled }] of needed) {
      if (this.#watches.has(name)) continue
      const selection = labelled ? { labelSelector: bundleLabel } : { metadataOnly: true }
      this.#watches.set(
        name,
        watchObjects(session.client, resource, selection, this.#handler(resource, labelled)),
      )
    }
  }

  async stop(): Promise<void> {
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    await Promise.all(watches.map((watch) => watch.stop()))
  }

  #handler(resource: ApiResource, labelled: boolean): WatchHandler {
    // What the first complete list told; absence from it is looked at object by object.
    let listed: Set<string> | undefined = new Set()
    let epoch = 0
    const keyFor = (namespace: string, name: string): string =>
      keyOf({ group: resource.group, kind: resource.kind, namespace, name })
    const observe = (event: WatchEvent): void => {
      const key = keyFor(event.namespace, event.name)
      listed?.add(key)
      const member = this.#context.members.get(key)
      if (member === undefined) return
      if (event.type === 'DELETED') this.#observer.left(member)
      else if (labelled) this.#observer.live(member, event.object, listed === undefined)
      else if (event.resourceVersion !== member.seen) void this.#observer.check(member)
    }
    return {
      onEvent: observe,
      isKnown: (namespace, name, resourceVersion) => {
        const key = keyFor(namespace, name)
        const member = this.#context.members.get(key)
        if (member === undefined || member.busy || member.health === 'Unknown') return false
        const known = member.seen === resourceVersion || isAsApplied(member, resourceVersion)
        if (known) listed?.add(key)
        return known
      },
      onSynced: () => {
        this.#presence.alive()
        const seen = listed
        listed = undefined
        if (seen === undefined) return
        const apiVersion = apiVersionOf(resource)
        for (const member of this.#context.members.all()) {
          if (member.ref.kind !== resource.kind || member.apiVersion !== apiVersion) continue
          if (member.observedOnly === labelled || seen.has(member.key)) continue
          this.#observer.left(member)
        }
      },
      onState: (state) => {
        // Revisions went back: the next list is a first one again (incident 19).
        if (state.epoch !== epoch) listed = new Set()
        epoch = state.epoch
        this.#presence.watchState(apiVersionOf(resource), resource.kind, state)
      },
      onProgress: () => this.#presence.alive(),
    }
  }
}

/** True for the very state that our last apply answered, with nothing open about it. */
function isAsApplied(
  member: { receipt: { resourceVersion: string } | undefined; drift: unknown },
  resourceVersion: string,
): boolean {
  return member.receipt?.resourceVersion === resourceVersion && member.drift === undefined
}
