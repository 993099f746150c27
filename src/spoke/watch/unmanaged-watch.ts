import type { Finding } from '../../core/drift/index.ts'
import { ownedByAnotherTool } from '../../core/inventory/index.ts'
import { isIgnored, type DriftRecord } from '../../core/ledger/index.ts'
import {
  isSystemNamespace,
  keyOf,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectRef,
} from '../../core/object/index.ts'
import { type ApiResource, type Watch, watchObjects } from '../../kube/index.ts'
import type { DriftBook, Observer } from '../drift/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { type Member, unlistedMember } from '../members/index.ts'
import { bundleLabel, fieldManager } from '../names.ts'

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
 * there, and the namespaces themselves where a bundle says that it declares every one; by one metadata-only watch a
 * kind. What controllers made and what other tools keep is not reported.
 */
export class UnmanagedWatch {
  readonly #context: EngineContext
  readonly #book: DriftBook
  readonly #observer: Observer
  readonly #watches = new Map<string, Watch>()
  readonly #known = new Map<string, Member>()
  #owned: ReadonlyMap<string, string> = new Map()
  /** The bundle that declares every namespace. */
  #declarer: string | undefined
  /** Namespaces in which bundles have objects. */
  #inhabited: ReadonlySet<string> = new Set()
  /** What was accepted, and by whom, when the watches began. */
  #rules = ''
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
    this.#declarer = this.#declarerOfAll()
    this.#inhabited = new Set([...this.#context.members.all()].map(({ ref }) => ref.namespace))
    for (const { ref, bundle } of this.#known.values()) {
      const isMoved = isNamespace(ref) && (bundle !== this.#declarer || this.#inhabited.has(ref.name))
      if (isMoved || this.#bundleOf(ref) === undefined) this.#settle(ref, undefined, false)
    }
    this.#renewRules()
    const needed = this.#needed()
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
    await this.#stopWatches()
    await this.#work
  }

  async #stopWatches(): Promise<void> {
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    await Promise.all(watches.map((watch) => watch.stop()))
  }

  /** By other rules everything is looked at anew: what was accepted is closed, and what no longer is, is open again. */
  #renewRules(): void {
    const bundles = [...new Set([...this.#owned.values(), this.#declarer ?? ''])].toSorted()
    const rules = bundles.flatMap((bundle) => {
      const ignore = this.#context.assignment(bundle)?.ignore ?? []
      return ignore.length === 0 ? [] : [[bundle, ...ignore]]
    })
    const text = JSON.stringify([this.#declarer ?? '', ...rules])
    if (text !== this.#rules) void this.#stopWatches()
    this.#rules = text
  }

  /** What has to be watched, by the names of the kinds. */
  #needed(): Map<string, ApiResource> {
    const needed = new Map<string, ApiResource>()
    const session = this.#context.session()
    const ofNamespaces = this.#declarer === undefined ? undefined : session.resourceOf(namespaceKind)
    if (ofNamespaces !== undefined) needed.set('v1 Namespace', ofNamespaces)
    for (const member of this.#context.members.all()) {
      if (member.receipt === undefined || member.observedOnly || !this.#owned.has(member.ref.namespace))
        continue
      const name = `${member.apiVersion} ${member.ref.kind}`
      const version = member.apiVersion.slice(member.apiVersion.indexOf('/') + 1)
      const resource = needed.get(name) ?? session.resourceOf(member.ref, version)
      if (resource !== undefined) needed.set(name, resource)
    }
    return needed
  }

  /** The namespaces that bundles declare, each with its bundle. */
  #namespaces(): Map<string, string> {
    const found = new Map<string, string>()
    for (const member of this.#context.members.all()) {
      if (isNamespace(member.ref) && member.receipt !== undefined) found.set(member.ref.name, member.bundle)
    }
    return found
  }

  /** The bundle that says that it declares every namespace, the first by name where several do. */
  #declarerOfAll(): string | undefined {
    const applied = [...this.#context.members.all()].filter(({ receipt }) => receipt !== undefined)
    const bundles = [...new Set(applied.map(({ bundle }) => bundle))].toSorted()
    return bundles.find((bundle) => {
      const assignment = this.#context.assignment(bundle)
      return assignment?.namespaces === 'report' && assignment.withdrawn === undefined
    })
  }

  /** The bundle that an object which nobody declared is a difference of, if it may be one. */
  #bundleOf(ref: ObjectRef): string | undefined {
    return isNamespace(ref) ? this.#declarer : this.#owned.get(ref.namespace)
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
          // A bundle has taken it up.
          if (this.#known.has(key)) this.#settle(ref, undefined, synced)
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
    const bundle = this.#bundleOf(ref)
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
    if (live.metadata.deletionTimestamp !== undefined) return false
    if (isNamespace(ref) ? !this.#isForeign(live) : systemNames.has(ref.name)) return false
    if (live.metadata.ownerReferences?.some((owner) => owner.controller === true) === true) return false
    if (ownedByAnotherTool(live) !== undefined) return false
    return !isIgnored(this.#context.assignment(bundle)?.ignore ?? [], ref, '')
  }

  /** A namespace that is neither the system's, nor declared, nor made or used by what is declared. */
  #isForeign(live: KubeObject): boolean {
    const { name } = live.metadata
    if (isSystemNamespace(name) || this.#inhabited.has(name)) return false
    return (
      this.#context.members.get(keyOf({ ...namespaceKind, namespace: '', name })) === undefined &&
      creatorOf(live)?.manager !== fieldManager
    )
  }
}

const namespaceKind = { group: '', kind: 'Namespace' } as const

function isNamespace({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>): boolean {
  return kind === namespaceKind.kind && group === namespaceKind.group
}

/** Of who made it: the oldest entry, as others write to it later. */
function creatorOf({ metadata }: KubeObject): ManagedFieldsEntry | undefined {
  const entries = (metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status')
  const timeOf = ({ time }: ManagedFieldsEntry): string => time ?? '~'
  return entries.reduce<ManagedFieldsEntry | undefined>(
    (first, entry) => (first === undefined || timeOf(entry) < timeOf(first) ? entry : first),
    undefined,
  )
}

function findingOf(live: KubeObject): Finding {
  const holder = creatorOf(live)
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
