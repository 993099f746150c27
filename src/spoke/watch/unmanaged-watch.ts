import type { Finding } from '../../core/drift/index.ts'
import { ownedByAnotherTool } from '../../core/inventory/index.ts'
import { isIgnored, type DriftRecord } from '../../core/ledger/index.ts'
import { keyOf, type KubeObject, type ObjectRef } from '../../core/object/index.ts'
import { type ApiResource, type Watch, watchObjects } from '../../kube/index.ts'
import type { DriftBook, Observer } from '../drift/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { type Member, unlistedMember } from '../members/index.ts'
import { bundleLabel } from '../names.ts'

/** More than so many on one cluster is a namespace that is simply shared: it is said once and not counted on. */
const mostRecords = 500

/** Made by Kubernetes and OpenShift in every namespace (engine §7, Skip). */
const systemNames = new Set([
  'kube-root-ca.crt',
  'openshift-service-ca.crt',
  'istio-ca-root-cert',
  'default',
  'builder',
  'deployer',
])

/**
 * Finds objects that nobody declared: in the namespaces that bundles declare, of the kinds that bundles hold
 * there, by one metadata-only watch a kind. What controllers made and what other tools keep is not reported.
 */
export class UnmanagedWatch {
  readonly #context: EngineContext
  readonly #book: DriftBook
  readonly #observer: Observer
  readonly #watches = new Map<string, Watch>()
  readonly #known = new Map<string, Member>()
  #owned: ReadonlyMap<string, string> = new Map()
  #work: Promise<void> = Promise.resolve()

  constructor(context: EngineContext, book: DriftBook, observer: Observer) {
    this.#context = context
    this.#book = book
    this.#observer = observer
  }

  /** Takes over what was open before a restart. */
  adopt(record: DriftRecord): void {
    const member = this.#known.get(keyOf(record.ref)) ?? unlistedMember(record.ref, record.bundle)
    member.drift = new Map([[record.id, record]])
    this.#known.set(member.key, member)
  }

  sync(): void {
    this.#owned = this.#namespaces()
    for (const member of this.#known.values()) {
      if (!this.#owned.has(member.ref.namespace)) this.#settle(member.ref, undefined, false)
    }
    const needed = new Map<string, ApiResource>()
    const session = this.#context.session()
    for (const member of this.#context.members.all()) {
      if (member.receipt === undefined || member.observedOnly || !this.#owned.has(member.ref.namespace))
        continue
      const name = `${member.apiVersion} ${member.ref.kind}`
      const version = member.apiVersion.slice(member.apiVersion.indexOf('/') + 1)
      const resource = needed.get(name) ?? session.resourceOf(member.ref, version)
      if (resource !== undefined) needed.set(name, resource)
    }
    for (const [name, watch] of this.#watches) {
      if (needed.has(name)) continue
      this.#watches.delete(name)
      void watch.stop()
    }
    for (const [name, resource] of needed) {
      if (!this.#watches.has(name)) this.#watches.set(name, this.#watch(resource))
    }
  }

  async stop(): Promise<void> {
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    await Promise.all(watches.map((watch) => watch.stop()))
    await this.#work
  }

  /** The namespaces that bundles declare, each with its bundle. */
  #namespaces(): Map<string, string> {
    const found = new Map<string, string>()
    for (const member of this.#context.members.all()) {
      if (member.ref.kind === 'Namespace' && member.ref.group === '' && member.receipt !== undefined) {
        found.set(member.ref.name, member.bundle)
      }
    }
    return found
  }

  #watch(resource: ApiResource): Watch {
    const seen = new Set<string>()
    let synced = false
    const selection = { metadataOnly: true, labelSelector: `!${bundleLabel}` }
    return watchObjects(this.#context.session().client, resource, selection, {
      onEvent: (event) => {
        const { group, kind } = resource
        const ref: ObjectRef = { group, kind, namespace: event.namespace, name: event.name }
        const key = keyOf(ref)
        const member = this.#context.members.get(key)
        if (member?.receipt !== undefined) {
          // One of ours without its label: its own watch does not see it any more.
          if (event.type !== 'DELETED' && !member.busy) this.#observer.left(member)
          return
        }
        if (event.type === 'DELETED') this.#settle(ref, undefined, true)
        else {
          if (!synced) seen.add(key)
          this.#settle(ref, event.object, synced)
        }
      },
      onSynced: () => {
        if (synced) return
        synced = true
        for (const member of this.#known.values()) {
          const here = member.ref.kind === resource.kind && member.ref.group === resource.group
          if (here && !seen.has(member.key)) this.#settle(member.ref, undefined, false)
        }
        seen.clear()
      },
      onState: () => undefined,
      onProgress: () => undefined,
    })
  }

  #settle(ref: ObjectRef, live: KubeObject | undefined, watched: boolean): void {
    const known = this.#known.get(keyOf(ref))
    const bundle = this.#owned.get(ref.namespace)
    const counts = live !== undefined && bundle !== undefined && this.#isUnmanaged(live, ref, bundle)
    if (known === undefined && (!counts || this.#known.size >= mostRecords)) return
    if (counts && known?.drift !== undefined) return
    const member = known ?? unlistedMember(ref, bundle ?? '')
    if (counts) this.#known.set(member.key, member)
    else this.#known.delete(member.key)
    const at = this.#context.clock.now()
    const findings = counts ? [findingOf(live)] : []
    const uid = live?.metadata.uid ?? ''
    const resourceVersion = live?.metadata.resourceVersion
    this.#work = this.#work
      .then(() => this.#book.settle(member, { findings, resourceVersion, uid, at, watched }))
      .catch((error: unknown) => this.#context.unexpected('recording an unmanaged object', error))
  }

  #isUnmanaged(live: KubeObject, ref: ObjectRef, bundle: string): boolean {
    if (systemNames.has(ref.name) || live.metadata.deletionTimestamp !== undefined) return false
    if (live.metadata.ownerReferences?.some((owner) => owner.controller === true) === true) return false
    if (ownedByAnotherTool(live) !== undefined) return false
    return !isIgnored(this.#context.assignment(bundle)?.ignore ?? [], ref, '')
  }
}

function findingOf(live: KubeObject): Finding {
  const holder = live.metadata.managedFields?.at(-1)
  return {
    path: [],
    class: 'unmanaged',
    live: live.metadata.uid,
    desired: undefined,
    holder,
    holderPath: holder === undefined ? undefined : 'exact',
    coOwned: false,
  }
}
