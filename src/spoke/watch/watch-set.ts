import type { InventoryEntry } from '../../core/inventory/index.ts'
import { keyOf } from '../../core/object/index.ts'
import {
  type ApiResource,
  apiVersionOf,
  type Watch,
  type WatchEvent,
  type WatchHandler,
  watchObjects,
} from '../../kube/index.ts'
import { isFailure } from '../../core/failure.ts'
import type { Observer } from '../drift/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import { bundleLabel } from '../names.ts'
import type { Presence } from '../presence.ts'
import { Hearing } from './hearing.ts'

export interface WatchSetOptions {
  /** A watch was refused as if its kind were not there: the cluster may serve other kinds than it did. */
  readonly onDoubt: () => void
  /** Whether the objects of a bundle are heard of has changed. */
  readonly onHearing: (bundle: string) => void
  /** What is known of the objects of a bundle is current again, which it was not when it wanted to delete some. */
  readonly onCurrent: (bundle: string) => void
}

/**
 * The watches of one cluster: for every kind that bundles hold, one over the objects with our label, and for
 * kinds that are only observed one over the metadata of all of them.
 */
export class WatchSet {
  readonly #context: EngineContext
  readonly #observer: Observer
  readonly #presence: Presence
  readonly #options: WatchSetOptions
  readonly #hearing: Hearing
  readonly #watches = new Map<string, Watch>()
  /** Watches that somebody waits for who wants to delete. */
  readonly #awaited = new Set<string>()

  constructor(context: EngineContext, observer: Observer, presence: Presence, options: WatchSetOptions) {
    this.#context = context
    this.#observer = observer
    this.#presence = presence
    this.#options = options
    this.#hearing = new Hearing(context.clock, (name) => this.#noteHearing(name))
  }

  /** Starts what the members need and stops what they need no more. */
  sync(): void {
    const needed = new Map<string, { resource: ApiResource; labelled: boolean }>()
    const session = this.#context.session()
    for (const member of this.#context.members.all()) {
      if (member.receipt === undefined) continue
      const labelled = !member.observedOnly
      const name = watchOf(member)
      member.unheard = this.#hearing.silence(name)
      if (needed.has(name)) continue
      const version = member.apiVersion.slice(member.apiVersion.indexOf('/') + 1)
      const resource = session.resourceOf(member.ref, version)
      if (resource !== undefined) needed.set(name, { resource, labelled })
    }
    for (const [name, watch] of this.#watches) {
      if (needed.has(name)) continue
      this.#watches.delete(name)
      this.#hearing.forget(name)
      const [, apiVersion = '', kind = ''] = name.split(' ')
      this.#presence.watchEnded(apiVersion, kind)
      void watch.stop()
    }
    for (const [name, { resource, labelled }] of needed) {
      if (this.#watches.has(name)) continue
      const selection = labelled ? { labelSelector: bundleLabel } : { metadataOnly: true }
      this.#hearing.take(name, undefined)
      const handler = this.#handler(name, resource, labelled)
      this.#watches.set(name, watchObjects(session.client, resource, selection, handler))
    }
  }

  /**
   * Why nothing of these recorded objects may be deleted now: what is known of their kinds is not of the state that
   * the cluster holds (safety I19). Kinds of which nothing was ever applied are known by no watch, and asked about by
   * none. Throws when the cluster cannot be asked.
   */
  async outdated(entries: readonly InventoryEntry[]): Promise<string | undefined> {
    const session = this.#context.session()
    const served = entries.filter(({ ref }) => session.resourceOf(ref) !== undefined)
    const members = served.map(({ ref }) => this.#context.members.get(keyOf(ref)))
    const names = new Set(members.flatMap((one) => (one?.receipt === undefined ? [] : [watchOf(one)])))
    for (const name of names) {
      this.#awaited.add(name)
      if ((await this.#watches.get(name)?.isCurrent()) === true) {
        this.#awaited.delete(name)
        continue
      }
      const [, apiVersion = '', kind = ''] = name.split(' ')
      return `the objects of ${apiVersion} ${kind} have to be listed first`
    }
    return undefined
  }

  async stop(): Promise<void> {
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    this.#hearing.stop()
    await Promise.all(watches.map((watch) => watch.stop()))
  }

  #noteHearing(name: string): void {
    const why = this.#hearing.silence(name)
    const bundles = new Set<string>()
    for (const member of this.#context.members.all()) {
      if (member.unheard === why || watchOf(member) !== name) continue
      member.unheard = why
      bundles.add(member.bundle)
    }
    for (const bundle of bundles) this.#options.onHearing(bundle)
  }

  /** Lets the bundles go on that have objects to delete of what a watch shows. */
  #goOn(name: string): void {
    const members = [...this.#context.members.all()].filter((one) => one.orphaned && watchOf(one) === name)
    for (const bundle of new Set(members.map(({ bundle }) => bundle))) this.#options.onCurrent(bundle)
  }

  #handler(name: string, resource: ApiResource, labelled: boolean): WatchHandler {
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
        this.#hearing.take(name, state)
        if (state.kind === 'live' && this.#awaited.delete(name)) this.#goOn(name)
        if (isFailure(state.failure, 'server-error', 'unknown-kind')) this.#options.onDoubt()
        this.#presence.watchState(apiVersionOf(resource), resource.kind, state)
      },
      onProgress: () => this.#presence.alive(),
    }
  }
}

/** The name of the watch that shows a member. */
function watchOf({ observedOnly, apiVersion, ref }: Member): string {
  return `${observedOnly ? 'all' : 'labelled'} ${apiVersion} ${ref.kind}`
}

/** True for the very state that our last apply answered, with nothing open about it. */
function isAsApplied(
  member: { receipt: { resourceVersion: string } | undefined; drift: unknown },
  resourceVersion: string,
): boolean {
  return member.receipt?.resourceVersion === resourceVersion && member.drift === undefined
}
