import { AuditIndex, type ClassificationRule } from '../core/attribution/index.ts'
import { refOfKey } from '../core/object/index.ts'
import { ClusterClient, type Connection, type Discovery, isKubeFailure } from '../kube/index.ts'
import { Backoff, type Clock, type Turns } from '../runtime/index.ts'
import { ApplySets } from './apply-set/index.ts'
import {
  BundleQueue,
  BundleReconciler,
  Claims,
  declareClaims,
  type TriedRendering,
  tryRendering,
} from './bundle/index.ts'
import {
  DriftBook,
  Fights,
  Healer,
  type HealOrder,
  type HealPreview,
  type HealResult,
  Observer,
  previewHeals,
  renewReceipt,
} from './drift/index.ts'
import { ContentCache } from './content-cache.ts'
import type { EngineContext } from './engine-context.ts'
import { FactsKeeper } from './facts/index.ts'
import { notConnected, SpokeFailure, superseded } from './failure.ts'
import { loadMemory } from './load-memory.ts'
import { type Member, MemberTable, tellProjection } from './members/index.ts'
import { fieldManager } from './names.ts'
import type { AppliedMark, Assignment, AuditSource, HookRecord, SpokePorts } from './ports.ts'
import { Presence } from './presence.ts'
import { Recorder } from './recorder/index.ts'
import { gapsIn, noticeRefusal, openSession, type Session } from './session/index.ts'
import { type TraceStep, traceObject } from './trace.ts'
import { DefinitionWatch, UnmanagedWatch, WatchSet } from './watch/index.ts'

export interface ClusterEngineOptions {
  /** The cluster's name in the fleet. */
  readonly name: string
  /** The identity that the cluster must answer with; undefined before the first contact. */
  readonly expectedId?: string
  /** Makes a connection with the credentials of now. Called anew whenever the last one was given up. */
  readonly connect: () => Promise<Connection>
  readonly ports: SpokePorts
  readonly audit?: AuditSource
  /** Why nothing may be written now, such as a freeze; undefined while writing is allowed. Asked before every write. */
  readonly readOnly: () => string | undefined
  readonly attributionOverrides?: readonly ClassificationRule[]
  /** sha256 of a text, for apply-set ids. */
  readonly sha256: (text: string) => Uint8Array
  readonly clock: Clock
  /** Turns at writing many objects, which all engines of one process share. */
  readonly turns: Turns
  /** Told what nobody waits for: a failure in the background. */
  readonly onError?: (what: string, error: unknown) => void
}

const identityMs = 60_000
const firstRetryMs = 1_000
const longestRetryMs = 60_000
/** What is under way may take so long to end; then it is cut, and found again at the next start. */
const stopMs = 3_000

/**
 * Keeps one cluster on its assignments. `start` returns at once; connecting, applying, watching and healing go
 * on until `stop`, which leaves nothing running.
 */
export class ClusterEngine {
  readonly #options: ClusterEngineOptions
  readonly #context: EngineContext
  readonly #members: MemberTable
  readonly #assignments = new Map<string, Assignment>()
  readonly #contents: ContentCache
  readonly #applied = new Map<string, AppliedMark>()
  readonly #hooks = new Map<string, HookRecord>()
  readonly #claims = new Claims()
  readonly #presence: Presence
  readonly #book: DriftBook
  readonly #healer: Healer
  readonly #observer: Observer
  readonly #reconciler: BundleReconciler
  readonly #queue: BundleQueue
  readonly #watches: WatchSet
  readonly #definitions: DefinitionWatch
  readonly #unmanaged: UnmanagedWatch
  readonly #facts: FactsKeeper
  readonly #recorder: Recorder
  readonly #abort = new AbortController()
  /** Ends the wait for the next question about the cluster's identity. */
  #wake = new AbortController()
  /** Whether what the cluster serves has to be asked again. */
  #doubt = false
  #client: ClusterClient | undefined
  #session: Session | undefined
  #expectedId: string | undefined
  #verifiedAt: string | undefined
  #life: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined

  constructor(options: ClusterEngineOptions) {
    this.#options = options
    this.#expectedId = options.expectedId
    const { clock, ports } = options
    this.#members = new MemberTable((member) => tellProjection(ports, member, undefined))
    this.#contents = new ContentCache(ports.content)
    const sets = new ApplySets(options.sha256, ports.journal.epoch)
    this.#context = {
      name: options.name,
      clock,
      ports,
      members: this.#members,
      overrides: options.attributionOverrides ?? [],
      session: () => this.#connected(),
      assignment: (bundle) => this.#assignments.get(bundle),
      applySet: (bundle) => sets.of(bundle),
      content: (variant) => this.#contents.of(variant),
      outdated: (entries) => this.#watches.outdated(entries),
      assertWritable: () => this.#assertWritable(),
      assertWanted: ({ bundle, variant }) => {
        this.#assertWritable()
        if (this.#assignments.get(bundle)?.variant !== variant) throw superseded(bundle)
      },
      emit: (event) => ports.reports.event({ at: new Date(clock.now()).toISOString(), ...event }),
      unexpected: (what, error) => {
        if (!this.#abort.signal.aborted) options.onError?.(what, error)
      },
    }
    const context = this.#context
    const fights = new Fights()
    this.#presence = new Presence(clock, ports.reports, (reach, message) => {
      if (reach === 'connecting') return
      context.emit({
        type: reach,
        message: `cluster ${options.name}: ${reach}${message === '' ? '' : `: ${message}`}`,
      })
      // What failed while it was away is not kept waiting for its back-off.
      if (reach === 'reachable') this.reconcile()
      // A watch found another cluster behind the address: begin again without waiting for the next question.
      if (reach === 'refused') this.#wake.abort()
    })
    this.#facts = new FactsKeeper(context, (facts, at) => this.#presence.discovered(facts, at))
    const audit = options.audit === undefined ? undefined : new AuditIndex(fieldManager)
    this.#book = new DriftBook(context, audit, fights)
    this.#recorder = new Recorder(context, audit)
    this.#healer = new Healer(context, this.#book, fights, (member) => {
      this.#observer.resume(member)
      this.#queue.reportSoon(member.bundle)
    })
    this.#observer = new Observer(
      context,
      this.#book,
      this.#healer,
      (member) => this.#queue.reportSoon(member.bundle),
      (member) => this.#queue.add(member.bundle),
    )
    const writer = { context, observer: this.#observer, book: this.#book }
    this.#reconciler = new BundleReconciler(writer, this.#claims, this.#applied, this.#hooks)
    this.#queue = new BundleQueue(clock, this.#reconciler, {
      assignment: (bundle) => this.#assignments.get(bundle),
      prepare: () => declareClaims(context, this.#claims, [...this.#assignments.values()], this.#applied),
      turns: options.turns,
      finished: () => {
        this.#watches.sync()
        this.#unmanaged.sync()
      },
      unexpected: context.unexpected,
    })
    this.#watches = new WatchSet(context, this.#observer, this.#presence, {
      onDoubt: () => {
        this.#doubt = true
        this.#wake.abort()
      },
      onHearing: (bundle) => this.#queue.reportSoon(bundle),
      onCurrent: (bundle) => this.#queue.add(bundle),
    })
    this.#unmanaged = new UnmanagedWatch(context, this.#book, this.#observer)
    this.#definitions = new DefinitionWatch(
      context,
      async (member) => {
        await renewReceipt(context, member)
        await this.#observer.check(member)
      },
      () => this.reconcile(),
    )
  }

  start(): void {
    this.#life ??= this.#live().catch((error: unknown) => this.#context.unexpected('engine', error))
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#unsubscribe?.()
    this.#presence.stop()
    this.#observer.stop()
    const graceMs = this.#session === undefined ? 0 : stopMs
    const cut = this.#options.clock.setTimeout(() => void this.#client?.close(), graceMs)
    await this.#queue.stop()
    await this.#healer.stop()
    await this.#disconnect()
    await this.#observer.idle()
    await this.#life
    cut.cancel()
  }

  /** Replaces the whole list of what this cluster is to hold. Absence from the list deletes nothing. */
  assign(assignments: readonly Assignment[]): void {
    const next = new Map(assignments.map((assignment) => [assignment.bundle, assignment]))
    for (const bundle of this.#assignments.keys()) {
      if (next.has(bundle)) continue
      this.#claims.withdraw(bundle)
      this.#reconciler.forget(bundle)
    }
    const changed = assignments.filter(
      (assignment) => JSON.stringify(assignment) !== JSON.stringify(this.#assignments.get(assignment.bundle)),
    )
    this.#assignments.clear()
    for (const [bundle, assignment] of next) this.#assignments.set(bundle, assignment)
    const used = new Set([...assignments, ...this.#applied.values()].map(({ variant }) => variant))
    this.#contents.keep(used)
    for (const { bundle } of changed) {
      const reviews = this.#members.ofBundle(bundle).map((member) => this.#retime(member))
      Promise.all(reviews).catch((error: unknown) => this.#context.unexpected('new rules', error))
      this.#queue.add(bundle)
    }
  }

  /** Looks at one bundle, or at all of them, again and at once. */
  reconcile(bundle?: string): void {
    for (const name of bundle === undefined ? this.#assignments.keys() : [bundle]) this.#queue.add(name)
  }

  /** The same on a person's word: hooks that failed run again, too. */
  tryAgain(bundle?: string): void {
    for (const name of bundle === undefined ? this.#assignments.keys() : [bundle]) {
      this.#reconciler.tryAgain(name)
      this.#queue.add(name)
    }
  }

  /** Heals now, on a person's word. Objects that are not members, or observed only, are refused. */
  heal(order: HealOrder): Promise<HealResult[]> {
    return this.#healer.order(order)
  }

  /** What healing would change, from the cluster itself; nothing is written. */
  previewHeal(keys: readonly string[]): Promise<HealPreview[]> {
    return previewHeals(this.#context, keys)
  }

  /** What the cluster would refuse of what a bundle is to be; only dry-runs are sent. */
  tryRendering(assignment: Assignment): Promise<TriedRendering> {
    return tryRendering(this.#context, assignment)
  }

  /** The owners of an object up to the one that a bundle declares, with its place in Git. */
  async trace(key: string): Promise<TraceStep[]> {
    return await traceObject(this.#context, refOfKey(key))
  }

  /** Asks the cluster for its identity now. Throws `wrong-cluster` when another one answers. */
  async verify(): Promise<{ clusterId: string; verifiedAt: string }> {
    const session = this.#connected()
    await session.client.confirmCluster(session.clusterId)
    this.#verifiedAt = new Date(this.#options.clock.now()).toISOString()
    this.#presence.alive()
    return { clusterId: session.clusterId, verifiedAt: this.#verifiedAt }
  }

  /** Resolves when nothing is being recorded, healed or reconciled. */
  async idle(): Promise<void> {
    await this.#queue.idle()
    await this.#observer.idle()
    await this.#healer.idle()
  }

  async #live(): Promise<void> {
    await loadMemory(this.#options.ports.journal, {
      members: this.#members,
      applied: this.#applied,
      hooks: this.#hooks,
      adopt: (record) => this.#unmanaged.adopt(record),
    })
    this.#presence.start()
    this.#unsubscribe = this.#options.audit?.subscribe((record) => {
      const explained = this.#book.explain(record).then((members) => {
        for (const member of members) this.#healer.schedule(member)
      })
      this.#recorder.explain(record)
      explained.catch((error: unknown) => this.#context.unexpected('audit record', error))
    })
    const backoff = new Backoff({ baseMs: firstRetryMs, maxMs: longestRetryMs })
    const { signal } = this.#abort
    while (!signal.aborted) {
      try {
        await this.#connect()
        backoff.reset()
        await this.#stayConnected()
      } catch (error) {
        this.#presence.failed(error)
      }
      await this.#disconnect()
      if (!signal.aborted) await this.#options.clock.sleep(firstRetryMs / 2 + backoff.next(), signal)
    }
  }

  async #connect(): Promise<void> {
    const connection = noticeRefusal(await this.#options.connect(), () => this.#wake.abort())
    this.#assertGoesOn()
    const client = new ClusterClient(connection, { clock: this.#options.clock })
    this.#client = client
    try {
      const session = await openSession(client, this.#expectedId, (found) => this.#noteDiscovery(found))
      this.#assertGoesOn()
      this.#session = session
      this.#expectedId = session.clusterId
      this.#verifiedAt = new Date(this.#options.clock.now()).toISOString()
    } catch (error) {
      await client.close()
      throw error
    }
    const { clusterId, version, discovery } = this.#session
    this.#wake = new AbortController()
    this.#presence.connected({ clusterId, version, failedGroups: gapsIn(discovery) })
    this.#facts.connected()
    this.#queue.start()
    this.reconcile()
    this.#definitions.start()
    this.#recorder.start()
  }

  /** Asks for the identity each minute, or as soon as there is a doubt. Ends when the connection has to be made anew. */
  async #stayConnected(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      const woken = AbortSignal.any([this.#abort.signal, this.#wake.signal])
      await clock.sleep(identityMs * (0.9 + 0.2 * Math.random()), woken)
      if (this.#abort.signal.aborted) return
      this.#wake = new AbortController()
      try {
        const session = this.#connected()
        await session.sameCluster()
        this.#presence.answered()
        const doubt = this.#doubt || session.discovery.failed.length > 0
        this.#doubt = false
        if (doubt) await session.rediscover()
        for (const bundle of await this.#reconciler.servedByNow(session)) this.#queue.add(bundle)
        this.#facts.tick()
        this.#recorder.tick()
      } catch (error) {
        this.#presence.failed(error)
        // Another cluster, or credentials that stay refused: begin again with what `connect` gives now.
        if (isKubeFailure(error, 'wrong-cluster', 'unauthorized', 'forbidden', 'tls')) throw error
      }
    }
  }

  #noteDiscovery(discovery: Discovery): void {
    if (this.#session !== undefined) this.#facts.discovered()
    // What can be told again is looked at again, without waiting for a back-off.
    if (this.#presence.gaps(gapsIn(discovery))) this.reconcile()
  }

  async #disconnect(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    await this.#queue.pause()
    const watching = [this.#watches, this.#unmanaged, this.#definitions, this.#recorder]
    await Promise.all(watching.map((one) => one.stop()))
    this.#session = undefined
    await Promise.all([session.client.close(), this.#facts.idle()])
  }

  #assertGoesOn(): void {
    if (this.#abort.signal.aborted) throw new SpokeFailure('not-connected', 'the engine is stopping')
  }

  #connected(): Session {
    if (this.#session !== undefined) return this.#session
    throw notConnected(this.#options.name)
  }

  #assertWritable(): void {
    const why = this.#abort.signal.aborted ? 'the hub is stopping' : this.#options.readOnly()
    if (why === undefined) return
    throw new SpokeFailure('read-only', `cluster ${this.#options.name}: nothing is written: ${why}`)
  }

  /** An assignment changed: what is open counts, and heals, by the new rules. */
  async #retime(member: Member): Promise<void> {
    if (member.drift === undefined) return
    // While nothing is connected, the next list looks at it again.
    member.seen = undefined
    if (this.#session !== undefined) await this.#observer.check(member)
    await this.#book.retime(member)
    this.#healer.schedule(member)
  }
}
