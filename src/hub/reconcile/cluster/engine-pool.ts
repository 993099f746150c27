import { createHash } from 'node:crypto'
import type { ClassificationRule } from '../../../core/attribution/index.ts'
import { isFailure, reasonOf } from '../../../core/failure.ts'
import type { Cluster } from '../../../core/kinds/index.ts'
import { Backoff, type Clock, type Log, type Timer, Turns, watchThread } from '../../../runtime/index.ts'
import {
  type Assignment,
  ClusterEngine,
  type ClusterReport,
  type ContentSource,
  type ReportSink,
} from '../../../spoke/index.ts'
import type { AuditFeeds } from '../../audit/index.ts'
import type { HubConfig } from '../../config/index.ts'
import type { FleetModel } from '../../fleet/index.ts'
import type { Store } from '../../store/index.ts'
import type { EventLog } from '../event-log.ts'
import type { HubMetrics } from '../metrics.ts'
import type { Freezes } from '../rollout/freezes.ts'
import type { ClusterBoard } from './cluster-board.ts'
import { connectCluster } from './connect-cluster.ts'
import type { RecordKeeper } from './record-keeper.ts'
import type { ReportKeeper } from './report-keeper.ts'
import type { SearchKeeper } from './search-keeper.ts'

export interface EnginePoolOptions {
  readonly config: HubConfig
  readonly store: Store
  readonly content: ContentSource
  readonly audit: AuditFeeds
  readonly board: ClusterBoard
  readonly keeper: ReportKeeper
  readonly search: SearchKeeper
  readonly records: RecordKeeper
  readonly events: EventLog
  readonly metrics: HubMetrics
  readonly freezes: Freezes
  readonly clock: Clock
  readonly log: Log
  /** Called when something was learnt that the fleet is decided by. */
  readonly onNews: () => void
  /** Called after a bundle's report was taken over. */
  readonly onBundle: (cluster: string, bundle: string) => void
  /** Called when a cluster can, or cannot, be reached any more. */
  readonly onReach: (cluster: string) => void
}

/** The engine of one cluster, and what it was made from. */
interface Slot {
  readonly name: string
  /** Everything that needs a new engine when it changes. */
  readonly made: string
  readonly rules: readonly ClassificationRule[]
  cluster: Cluster
  engine: ClusterEngine | undefined
  timer: Timer | undefined
  starting: Promise<void> | undefined
  stopped: boolean
}

const idle = { engine: undefined, timer: undefined, starting: undefined, stopped: false }

/** Starts are spread over so long a time for each cluster, and over no more than the longest. */
const spreadMs = 20
const longestSpreadMs = 30_000
/** So few start at once. */
const atOnce = 10
/** So many bundles with many objects are written at once: each sends thirty, more than this process keeps up with. */
const turnsAtOnce = 32
/** A process that works for so much of its time does not write faster with more of them. */
const busyShare = 0.5

/**
 * One engine for each cluster of the fleet. A cluster whose record goes away is detached: its engine stops and nothing
 * is deleted in the cluster (incident 12).
 */
export class EnginePool {
  readonly #options: EnginePoolOptions
  readonly #slots = new Map<string, Slot>()
  readonly #turns: Turns
  #stopping = false

  constructor(options: EnginePoolOptions) {
    this.#options = options
    const used = watchThread()
    this.#turns = new Turns({ clock: options.clock, most: turnsAtOnce, isBusy: () => used() > busyShare })
  }

  /** The engine of a cluster; undefined while it is not started. */
  engine(cluster: string): ClusterEngine | undefined {
    return this.#slots.get(cluster)?.engine
  }

  /** Starts, restarts, stops and tells engines until they are those of the model. */
  async follow(model: FleetModel): Promise<void> {
    if (this.#stopping) return
    const { board } = this.#options
    const starts: Slot[] = []
    for (const [name, { value }] of model.clusters) {
      const rules = rulesOf(model, name)
      const made = JSON.stringify([value.spec.connect, rules])
      let slot = this.#slots.get(name)
      if (slot !== undefined && slot.made !== made) {
        await this.#stop(slot)
        slot = undefined
      }
      if (slot === undefined) {
        slot = { ...idle, name, made, rules, cluster: value }
        this.#slots.set(name, slot)
        starts.push(slot)
        await this.#attach(name)
      }
      slot.cluster = value
      slot.engine?.assign(this.#asAllowed(board.assignments(name)))
    }
    for (const slot of this.#slots.values()) if (!model.clusters.has(slot.name)) await this.#detach(slot)
    this.#startSpread(starts)
  }

  /** Lets every engine look at its bundles again: what could not be written may be now. */
  reconcile(): void {
    for (const { engine } of this.#slots.values()) engine?.reconcile()
  }

  /** Tells one cluster's engine what it is to be now. */
  assign(cluster: string, assignments: readonly Assignment[]): void {
    this.#options.board.assign(cluster, assignments)
    this.#slots.get(cluster)?.engine?.assign(this.#asAllowed(assignments))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#slots.values()].map((slot) => this.#stop(slot)))
  }

  /** A hub that was started to observe lets no engine do more, whatever the fleet says. */
  #asAllowed(assignments: readonly Assignment[]): readonly Assignment[] {
    if (!this.#options.config.observe) return assignments
    return assignments.map((assignment) => ({ ...assignment, mode: 'observe' }))
  }

  #whyReadOnly(cluster: string): string | undefined {
    if (this.#options.config.observe) return 'the hub was started with --observe'
    return this.#options.freezes.on(cluster)?.reason
  }

  #startSpread(slots: readonly Slot[]): void {
    const span = slots.length <= atOnce ? 0 : Math.min(longestSpreadMs, slots.length * spreadMs)
    for (const slot of slots) {
      slot.timer = this.#options.clock.setTimeout(() => {
        slot.starting = this.#start(slot)
      }, Math.random() * span)
    }
  }

  async #start(slot: Slot): Promise<void> {
    const { store, board, clock, log } = this.#options
    const backoff = new Backoff({ baseMs: 1_000, maxMs: 60_000 })
    while (!slot.stopped) {
      try {
        const journal = await store.openJournal(slot.name)
        if (slot.stopped) return
        const { clusterId } = board.entry(slot.name)
        const engine = new ClusterEngine({
          name: slot.name,
          ...(clusterId === undefined ? {} : { expectedId: clusterId }),
          connect: () => connectCluster(slot.cluster, this.#options.config, clock),
          ports: {
            journal,
            content: this.#options.content,
            reports: this.#sink(slot.name),
            keys: store.keys.hash,
            records: this.#options.records.sinkOf(slot.name),
          },
          audit: this.#options.audit.of(slot.name),
          readOnly: () => this.#whyReadOnly(slot.name),
          attributionOverrides: slot.rules,
          sha256: (text) => createHash('sha256').update(text).digest(),
          clock,
          turns: this.#turns,
          onError: (what, error) => this.#onError(slot, what, error),
        })
        engine.assign(this.#asAllowed(board.assignments(slot.name)))
        engine.start()
        slot.engine = engine
        return
      } catch (error) {
        log.warn('an engine cannot be started yet', { cluster: slot.name, error })
        const wait = new AbortController()
        slot.timer = { cancel: () => wait.abort() }
        await clock.sleep(500 + backoff.next(), wait.signal)
      }
    }
  }

  /** The record is there (again). */
  async #attach(name: string): Promise<void> {
    const { board, store, events } = this.#options
    const entry = board.entry(name)
    if (!entry.detached) return
    entry.detached = false
    await store.clusters.setDetached(name, undefined).catch((error: unknown) => this.#unkept(name, error))
    events.add({ type: 'attached', cluster: name, message: `cluster ${name}: its record is there again` })
  }

  async #detach(slot: Slot): Promise<void> {
    const { board, store, events, clock } = this.#options
    this.#slots.delete(slot.name)
    await this.#stop(slot)
    board.entry(slot.name).detached = true
    const at = new Date(clock.now()).toISOString()
    await store.clusters.setDetached(slot.name, at).catch((error: unknown) => this.#unkept(slot.name, error))
    const message = `cluster ${slot.name}: detached: its record is gone from Git; nothing was deleted in the cluster`
    events.add({ type: 'detached', cluster: slot.name, message })
  }

  async #stop(slot: Slot): Promise<void> {
    slot.stopped = true
    slot.timer?.cancel()
    await slot.starting
    const { engine } = slot
    slot.engine = undefined
    await engine?.stop()
  }

  /** What a cluster's engine tells. */
  #sink(cluster: string): ReportSink {
    const { board, keeper, search, events, metrics } = this.#options
    return {
      cluster: (report) => {
        this.#onCluster(cluster, report)
        keeper.cluster(cluster)
      },
      bundle: (report) => {
        const hadLeft = board.hasLeft(cluster, report.bundle)
        board.noteBundle(cluster, report)
        keeper.bundle(cluster, report)
        if (report.phase === 'applied') search.ensure(cluster, report)
        if (board.noteGood(cluster)) keeper.cluster(cluster)
        if (!hadLeft && report.phase === 'withdrawn') this.#options.onNews()
        this.#options.onBundle(cluster, report.bundle)
      },
      drift: (records) => {
        for (const record of records) board.noteDrift(record)
      },
      event: (event) => {
        metrics.countEvent(cluster, event.type)
        events.add({ ...event, cluster })
      },
      object: (change) => search.add({ cluster, ...change }),
    }
  }

  #onCluster(cluster: string, report: ClusterReport): void {
    const { board, store, keeper } = this.#options
    const entry = board.entry(cluster)
    const before = entry.report
    board.noteCluster(cluster, report)
    const { clusterId, reach, since, version, facts, failedGroups } = entry.report ?? report
    if (clusterId !== undefined && reach === 'reachable') {
      if (entry.clusterId === undefined) {
        entry.clusterId = clusterId
        store.clusters
          .identify(cluster, clusterId, since)
          .catch((error: unknown) => this.#unkept(cluster, error))
      }
      if (entry.verifiedAt === undefined || entry.verifiedAt < since) entry.verifiedAt = since
    }
    board.noteGood(cluster)
    const served = `${facts?.digest} ${failedGroups.join()}`
    const isNew = served !== `${before?.facts?.digest} ${(before?.failedGroups ?? []).join()}`
    if (version !== before?.version || isNew) {
      // Placement looks at the facts when they are kept, not before.
      void keeper
        .facts(cluster)
        .catch((error: unknown) => this.#unkept(cluster, error))
        .then(() => this.#options.onNews())
    }
    // A bundle may wait for what the cluster serves by now.
    if (reach !== before?.reach || isNew) this.#options.onReach(cluster)
  }

  #onError(slot: Slot, what: string, error: unknown): void {
    const { log, board, events, clock } = this.#options
    if (!isFailure(error, 'fenced')) {
      log.warn('an engine failed in the background', { cluster: slot.name, what, error })
      return
    }
    if (slot.stopped) return
    log.warn('another hub has taken the cluster over', { cluster: slot.name, error })
    const since = new Date(clock.now()).toISOString()
    const failure = { code: 'fenced', message: reasonOf(error) }
    const report: ClusterReport = {
      failedGroups: [],
      ...board.entry(slot.name).report,
      reach: 'refused',
      since,
      failure,
    }
    events.add({ type: 'refused', cluster: slot.name, message: reasonOf(error) })
    void this.#stop(slot).then(() => this.#onCluster(slot.name, report))
  }

  #unkept(cluster: string, error: unknown): void {
    this.#options.log.warn('a note about a cluster could not be kept', { cluster, error })
  }
}

/** How the fleet classes managers on one cluster, before the shipped table is asked. */
function rulesOf(model: FleetModel, cluster: string): ClassificationRule[] {
  return (model.fleet?.value.spec?.attribution ?? [])
    .filter(({ clusters }) => clusters === undefined || clusters.includes(cluster))
    .map(({ manager, kind, operation, subresource, confidence }) => ({
      manager,
      kind,
      ...(operation === undefined ? {} : { operation }),
      ...(subresource === undefined ? {} : { subresource }),
      ...(confidence === undefined ? {} : { confidence }),
    }))
}
