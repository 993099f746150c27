import { Backoff, type Clock, type Timer } from '../../runtime/index.ts'
import type { Assignment } from '../ports.ts'
import type { BundleReconciler } from './bundle-reconciler.ts'

export interface BundleQueueOptions {
  assignment(bundle: string): Assignment | undefined
  /** Settles what every bundle declares; answers whether all of it is known. */
  prepare(): Promise<boolean>
  /** Called when a round of bundles has ended. */
  finished(): void
  unexpected(what: string, error: unknown): void
}

/** Bundles that run side by side share the commits of the journal, each of which waits for the disk. */
const parallelBundles = 16
const reportMs = 250
/** Between two looks at a hook or a wave that is under way. */
const goesOnMs = 1_000

/**
 * Runs bundles that have to be looked at, several side by side but never one twice at once. What did not go
 * well is tried again with back-off; what was asked for meanwhile runs once more.
 */
export class BundleQueue {
  readonly #clock: Clock
  readonly #reconciler: BundleReconciler
  readonly #options: BundleQueueOptions
  readonly #waiting = new Set<string>()
  readonly #backoffs = new Map<string, Backoff>()
  readonly #retries = new Map<string, Timer>()
  readonly #reports = new Set<string>()
  #reportTimer: Timer | undefined
  #round: Promise<void> | undefined
  #open = false

  constructor(clock: Clock, reconciler: BundleReconciler, options: BundleQueueOptions) {
    this.#clock = clock
    this.#reconciler = reconciler
    this.#options = options
  }

  add(bundle: string): void {
    this.#retries.get(bundle)?.cancel()
    this.#retries.delete(bundle)
    this.#waiting.add(bundle)
    this.#run()
  }

  /** Tells about a bundle soon; many changes within a moment are told once. */
  reportSoon(bundle: string): void {
    this.#reports.add(bundle)
    this.#reportTimer ??= this.#clock.setTimeout(() => {
      this.#reportTimer = undefined
      const bundles = [...this.#reports]
      this.#reports.clear()
      for (const name of bundles) this.#reconciler.report(name)
    }, reportMs)
  }

  /** The cluster is connected: work may begin. */
  start(): void {
    this.#open = true
    this.#run()
  }

  /** The cluster is gone: what runs ends, what waits stays. */
  async pause(): Promise<void> {
    this.#open = false
    await this.#round
  }

  async stop(): Promise<void> {
    await this.pause()
    for (const timer of this.#retries.values()) timer.cancel()
    this.#retries.clear()
    this.#reportTimer?.cancel()
    this.#reportTimer = undefined
  }

  /** Resolves when no bundle is being looked at and none waits. */
  async idle(): Promise<void> {
    while (this.#round !== undefined) await this.#round
  }

  #run(): void {
    if (!this.#open || this.#round !== undefined || this.#waiting.size === 0) return
    this.#round = this.#runRound()
      .catch((error: unknown) => this.#options.unexpected('reconciling', error))
      .finally(() => {
        this.#round = undefined
        this.#run()
      })
  }

  async #runRound(): Promise<void> {
    const complete = await this.#options.prepare()
    const running = new Set<Promise<void>>()
    while (this.#open && this.#waiting.size > 0) {
      const [bundle] = this.#waiting
      if (bundle === undefined) break
      this.#waiting.delete(bundle)
      const pass = this.#pass(bundle, complete).finally(() => running.delete(pass))
      running.add(pass)
      if (running.size >= parallelBundles) await Promise.race(running)
      // An assignment that changed meanwhile declares other objects: settle that first.
      if (this.#waiting.has(bundle)) break
    }
    await Promise.all(running)
    if (this.#open) this.#options.finished()
  }

  async #pass(bundle: string, complete: boolean): Promise<void> {
    const assignment = this.#options.assignment(bundle)
    if (assignment === undefined) return
    const result = await this.#reconciler.reconcile(assignment, complete)
    if (result === 'goesOn') this.#addIn(bundle, goesOnMs)
    else if (result === 'settled' && complete) this.#backoffs.delete(bundle)
    else this.#retry(bundle)
  }

  #retry(bundle: string): void {
    let backoff = this.#backoffs.get(bundle)
    if (backoff === undefined) {
      backoff = new Backoff({ baseMs: 2_000, maxMs: 300_000 })
      this.#backoffs.set(bundle, backoff)
    }
    this.#addIn(bundle, 500 + backoff.next())
  }

  #addIn(bundle: string, ms: number): void {
    if (this.#retries.has(bundle)) return
    const timer = this.#clock.setTimeout(() => {
      this.#retries.delete(bundle)
      this.add(bundle)
    }, ms)
    this.#retries.set(bundle, timer)
  }
}
