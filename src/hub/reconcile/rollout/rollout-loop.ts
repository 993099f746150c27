import type { Facts } from '../../../core/placement/index.ts'
import type { RunRecord, RunView } from '../../../core/rollout/index.ts'
import { type Clock, type Log, type Timer, WorkQueue } from '../../../runtime/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { FleetModel } from '../../fleet/index.ts'
import type { Store } from '../../store/index.ts'
import type { ClusterBoard } from '../cluster/cluster-board.ts'
import type { EnginePool } from '../cluster/engine-pool.ts'
import type { EventLog } from '../event-log.ts'
import { compose, needsRun } from './compose.ts'
import { decideRun, holds, type Placed } from './decide-run.ts'
import type { Freezes } from './freezes.ts'
import type { MetricGates } from './metric-gates.ts'
import { newRun } from './new-run.ts'
import { RunBook } from './run-book.ts'
import { runNews } from './run-news.ts'
import { RunSight } from './run-sight.ts'

export interface RolloutLoopOptions {
  readonly store: Store
  readonly board: ClusterBoard
  readonly pool: EnginePool
  readonly events: EventLog
  readonly freezes: Freezes
  readonly gates: MetricGates
  readonly facts: (cluster: string) => Facts | undefined
  /** A run has changed. */
  readonly onRun: (record: RunRecord) => void
  readonly clock: Clock
  readonly log: Log
}

/** Why a bundle is not yet what Git says on a cluster. */
export interface Pending {
  readonly revision: string
  readonly variant: string
  readonly reason: string
  readonly run?: string
}

const retryMs = 5_000
const newsMs = 50
const pass = 'pass'

/**
 * Brings clusters from what is in force to what Git says, by runs. Everything is decided from state, saved, and only then
 * told to engines: after a crash the same decisions are made again.
 */
export class RolloutLoop {
  readonly book: RunBook
  readonly sight: RunSight
  readonly #options: RolloutLoopOptions
  readonly #queue: WorkQueue
  readonly #dirty = new Set<string>()
  readonly #timers = new Map<string, Timer>()
  readonly #problems = new Map<string, { message: string; hint: string }>()
  #model: FleetModel | undefined
  /** By cluster: what waits there; made anew when targets or assignments change. */
  readonly #pending = new Map<string, ReadonlySet<string>>()
  #lookedAtGit = false
  /** What Git says, by cluster and bundle. */
  #targets: ReadonlyMap<string, ReadonlyMap<string, Assignment>> = new Map()

  constructor(options: RolloutLoopOptions) {
    this.#options = options
    this.book = new RunBook(options.store)
    this.sight = new RunSight({
      board: options.board,
      freezes: options.freezes,
      gates: options.gates,
      model: () => this.#model,
      target: (bundle, cluster) => this.target(cluster, bundle),
      now: () => options.clock.now(),
    })
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: 1,
      run: () => this.#pass(),
      onError: (_, error) => {
        options.log.error('runs could not be brought on', { error })
        this.#queue.add(pass, retryMs)
      },
    })
  }

  /** What Git says now. Resolves when everything that may change at once has been told to the engines. */
  async follow(model: FleetModel, decided: ReadonlyMap<string, readonly Assignment[]>): Promise<void> {
    this.#model = model
    this.#targets = new Map(
      [...decided].map(([cluster, list]) => [cluster, new Map(list.map((one) => [one.bundle, one]))]),
    )
    this.#pending.clear()
    this.#lookedAtGit = true
    for (const targets of this.#targets.values()) for (const bundle of targets.keys()) this.#dirty.add(bundle)
    for (const { run } of this.book.actives()) this.#dirty.add(run.bundle)
    await this.#now()
  }

  /** Something was heard of a bundle, or of everything on a cluster. */
  hint(bundle: string): void {
    if (this.#model === undefined || this.book.active(bundle) === undefined) return
    this.#dirty.add(bundle)
    this.#queue.add(pass, newsMs)
  }

  hintCluster(cluster: string): void {
    for (const { run } of this.book.actives()) if (run.pins[cluster] !== undefined) this.hint(run.bundle)
  }

  /** A dependency moved: bundles that wait for it may go on. */
  hintDependants(bundle: string): void {
    for (const { run } of this.book.actives()) {
      const waits = this.#model?.bundles.get(run.bundle)?.value.spec.dependsOn?.includes(bundle)
      if (waits === true) this.hint(run.bundle)
    }
  }

  hintAll(): void {
    for (const { run } of this.book.actives()) this.hint(run.bundle)
  }

  /**
   * Changes a run by somebody's word, durably, and lets engines know before it resolves. `change` gives the run as it is
   * to be; what it throws is thrown.
   */
  async command(bundle: string, change: (record: RunRecord, view: RunView) => RunRecord): Promise<RunRecord> {
    const before = this.book.active(bundle)
    if (before === undefined) throw new Error(`bundle ${bundle} has no run`)
    const after = change(before, this.sight.of(before))
    await this.book.save([{ before, after }])
    this.#tell([{ before, after }])
    this.#dirty.add(bundle)
    await this.#now()
    return this.book.find(after.run.id) ?? after
  }

  /** Begins a run of what is held, by somebody's word. Undefined when every cluster is what Git says. */
  async start(
    bundle: string,
    startedBy: { readonly name: string; readonly reason?: string },
  ): Promise<RunRecord | { message: string; hint: string } | undefined> {
    const record = this.draft(bundle, startedBy)
    if (record === undefined || 'message' in record) return record
    await this.book.save([{ after: record }])
    this.#tell([{ after: record }])
    this.#dirty.add(bundle)
    await this.#now()
    return this.book.find(record.run.id) ?? record
  }

  /** The run that would begin now, for a look at its stages. */
  draft(
    bundle: string,
    startedBy?: { readonly name: string; readonly reason?: string },
  ): RunRecord | { message: string; hint: string } | undefined {
    const wanted = new Map(
      [...this.#placed(bundle)].filter(([, { target, current }]) => needsRun(target, current)),
    )
    return wanted.size === 0 ? undefined : this.#begin(bundle, wanted, startedBy)
  }

  /** Why a bundle is not what Git says on a cluster; undefined where it is. */
  pending(cluster: string, bundle: string): Pending | undefined {
    const target = this.target(cluster, bundle)
    const current = this.#current(cluster, bundle)
    if (target === undefined || !needsRun(target, current)) return undefined
    const { revision, variant } = target
    const active = this.book.active(bundle)
    const problem = this.#problems.get(bundle)
    const shared = { revision, variant }
    if (active?.run.pins[cluster] !== undefined) {
      const { run, progress } = active
      const at = run.stages.findIndex(({ clusters }) => clusters.includes(cluster))
      const stage = run.stages[at]?.name ?? ''
      const why = progress.waits[0] ?? progress.reason ?? progress.state
      const where = at > progress.stage ? `stage ${stage} comes later: ` : ''
      return { ...shared, run: run.id, reason: `${where}${why}` }
    }
    if (active !== undefined)
      return { ...shared, run: active.run.id, reason: `run ${active.run.id} comes first` }
    const ended = this.book.ended(bundle)
    if (ended !== undefined && holds(ended, cluster, target)) {
      const { reason, state } = ended.progress
      return { ...shared, run: ended.run.id, reason: `run ${ended.run.id} was ${state}: ${reason ?? ''}` }
    }
    return { ...shared, reason: problem?.message ?? 'its run begins' }
  }

  /** The bundles of a cluster that are to be something else there, and may not yet. */
  pendingOn(cluster: string): ReadonlySet<string> {
    let pending = this.#pending.get(cluster)
    if (pending === undefined) {
      const targets = [...(this.#targets.get(cluster)?.values() ?? [])]
      const waiting = targets.filter((target) => needsRun(target, this.#current(cluster, target.bundle)))
      pending = new Set(waiting.map(({ bundle }) => bundle))
      this.#pending.set(cluster, pending)
    }
    return pending
  }

  /** What Git says of a cluster, with what is in force there; what is in force and not in Git any more among it. */
  placedOn(cluster: string): Placed[] {
    const targets = this.#targets.get(cluster)
    const current = this.#options.board.assignments(cluster)
    if (targets === undefined)
      return current.map((assignment) => ({ target: assignment, current: assignment }))
    return [...targets.values()].map((target) => ({
      target,
      current: this.#current(cluster, target.bundle),
    }))
  }

  /** What Git says of a bundle on a cluster. */
  target(cluster: string, bundle: string): Assignment | undefined {
    return this.#targets.get(cluster)?.get(bundle)
  }

  /** Why no run of a bundle can begin. */
  problem(bundle: string): { readonly message: string; readonly hint: string } | undefined {
    return this.#problems.get(bundle)
  }

  /** Resolves when nothing is being decided. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#options.gates.stop()
    await this.#queue.stop()
  }

  async #now(): Promise<void> {
    this.#queue.add(pass)
    await this.#queue.idle()
  }

  async #pass(): Promise<void> {
    const bundles = [...this.#dirty]
    this.#dirty.clear()
    const changes: { readonly before?: RunRecord; readonly after: RunRecord }[] = []
    for (const bundle of bundles) {
      const { clock } = this.#options
      const decision = decideRun({
        placed: this.#placed(bundle),
        active: this.book.active(bundle),
        ended: this.book.ended(bundle),
        view: (record) => this.sight.of(record),
        begin: (wanted) => this.#begin(bundle, wanted),
      })
      changes.push(...decision.changes)
      if (decision.problem === undefined) this.#problems.delete(bundle)
      else this.#problems.set(bundle, decision.problem)
      this.#timers.get(bundle)?.cancel()
      this.#timers.delete(bundle)
      if (decision.wakeAt !== undefined) {
        const wait = Math.max(newsMs, decision.wakeAt - clock.now())
        this.#timers.set(
          bundle,
          clock.setTimeout(() => this.hint(bundle), wait),
        )
      }
    }
    try {
      await this.book.save(changes)
    } catch (error) {
      for (const bundle of bundles) this.#dirty.add(bundle)
      throw error
    }
    this.#tell(changes)
    await this.#hand(bundles, this.#lookedAtGit)
    this.#lookedAtGit = false
    // A run that has ended may leave something to do for the next one.
    for (const { after } of changes) if (this.book.active(after.run.bundle) === undefined) this.#again(after)
  }

  #again({ run }: RunRecord): void {
    const left = [...this.#placed(run.bundle)].some(([cluster, { target, current }]) => {
      return needsRun(target, current) && !holds(this.book.ended(run.bundle), cluster, target)
    })
    if (!left) return
    this.#dirty.add(run.bundle)
    this.#queue.add(pass, newsMs)
  }

  /** Gives the clusters of these bundles what is in force now; after a look at Git, takes what it does not name. */
  async #hand(bundles: readonly string[], lookedAtGit: boolean): Promise<void> {
    const { board, store, pool } = this.#options
    const changes = new Map<string, { set: Assignment[]; drop: string[] }>()
    for (const [cluster, targets] of this.#targets) {
      const set: Assignment[] = []
      const gone = lookedAtGit ? board.assignments(cluster).filter(({ bundle }) => !targets.has(bundle)) : []
      for (const bundle of bundles) {
        const target = targets.get(bundle)
        if (target === undefined) continue
        const current = this.#current(cluster, bundle)
        const run = this.book.active(bundle) ?? this.#lastRun(bundle, cluster)
        const next = compose(cluster, target, current, run)
        if (next !== undefined && JSON.stringify(next) !== JSON.stringify(current)) set.push(next)
      }
      if (set.length > 0 || gone.length > 0) {
        changes.set(cluster, { set, drop: gone.map(({ bundle }) => bundle) })
      }
    }
    // Stored first: an engine that starts again after a crash must not go back to what was before.
    await store.assignments.change(changes)
    for (const [cluster, { set, drop }] of changes) {
      const list = new Map(board.assignments(cluster).map((one) => [one.bundle, one]))
      for (const bundle of drop) list.delete(bundle)
      for (const one of set) list.set(one.bundle, one)
      this.#pending.delete(cluster)
      pool.assign(
        cluster,
        [...list.values()].toSorted((one, two) => (one.bundle < two.bundle ? -1 : 1)),
      )
    }
  }

  /** A run that ended before its clusters were told, by a crash in between too: what it left in force counts. */
  #lastRun(bundle: string, cluster: string): RunRecord | undefined {
    const ended = this.book.ended(bundle)
    const pin = ended?.run.pins[cluster]
    if (ended === undefined || pin === undefined) return undefined
    const current = this.#current(cluster, bundle)
    // Later runs, and settings, have moved on from it.
    return current === undefined || current.variant === pin.variant || current.variant === pin.from?.variant
      ? ended
      : undefined
  }

  #begin(bundle: string, wanted: ReadonlyMap<string, Placed>, startedBy?: RunRecord['run']['startedBy']) {
    const { board, clock, facts } = this.#options
    const declared = this.#model?.bundles.get(bundle)
    if (this.#model === undefined || declared === undefined) {
      return { message: `bundle ${bundle} is not declared`, hint: 'look at ek lint' }
    }
    return newRun({
      model: this.#model,
      bundle: declared,
      wanted,
      isReachable: (cluster) => board.isKnown(cluster),
      facts,
      at: new Date(clock.now()).toISOString(),
      ...(startedBy === undefined ? {} : { startedBy }),
    })
  }

  #placed(bundle: string): Map<string, Placed> {
    const placed = new Map<string, Placed>()
    for (const [cluster, targets] of this.#targets) {
      const target = targets.get(bundle)
      if (target !== undefined) placed.set(cluster, { target, current: this.#current(cluster, bundle) })
    }
    return placed
  }

  #current(cluster: string, bundle: string): Assignment | undefined {
    return this.#options.board.assignment(cluster, bundle)
  }

  #tell(changes: readonly { readonly before?: RunRecord; readonly after: RunRecord }[]): void {
    for (const { before, after } of changes) {
      this.#options.onRun(after)
      for (const message of runNews(before, after)) {
        this.#options.events.add({ type: 'rollout', bundle: after.run.bundle, message })
      }
    }
  }
}
