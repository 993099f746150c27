import { Backoff, type Clock, type Timer, type Turns } from '../../runtime/index.ts'
import type { Assignment } from '../ports.ts'
import type { BundleReconciler } from './bundle-reconciler.ts'

export interface BundleQueueOptions {
  assignment(bundle: string): Assignment | undefined
  /** Settles what every bundle declares; answers whether all of it is known. */
  prepare(): Promise<boolean>
  /** Turns at writing many objects, of all clusters of this process. */
  readonly turns: Turns
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
 * well is tried again with back-off; what was asked for meanwhile runs once more. One that has many objects to write waits
 * for its turn, and holds up no other meanwhile.
 */
export class BundleQueue {
  readonly #clock: Clock
  readonly #reconciler: BundleReconciler
  readonly #options: BundleQueueOptions
  readonly #waiting = new Set<string>()
  readonly #backoffs = new Map<string, Backoff>()
  readonly #retries = new Map<string, Timer>()
  /** What takes back the question of a bundle for its turn. */
  readonly #asked = new Map<string, () => void>()
  /** What ends the turn of a bundle, which has come. */
  readonly #turns = new Map<string, () => void>()
  readonly #reports = new Set<string>()
  #awaiting: (() => void)[] = []
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
    for (const takeBack of this.#asked.values()) takeBack()
    this.#asked.clear()
    for (const end of this.#turns.values()) end()
    this.#turns.clear()
    this.#quiet()
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
    for (;;) {
      if (this.#round !== undefined) await this.#round
      else if (this.#asked.size > 0) await new Promise<void>((resolve) => this.#awaiting.push(resolve))
      else return
    }
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
    if (assignment === undefined) {
      this.#endTurn(bundle)
      return
    }
    const mayWriteMany = (): boolean => {
      const end = this.#turns.get(bundle) ?? this.#options.turns.take()
      if (end !== undefined) this.#turns.set(bundle, end)
      return end !== undefined
    }
    const result = await this.#reconciler
      .reconcile(assignment, complete, mayWriteMany)
      .finally(() => this.#endTurn(bundle))
    if (result === 'waitsForTurn') this.#askForTurn(bundle)
    else if (result === 'goesOn') this.#addIn(bundle, goesOnMs)
    else if (result === 'settled' && complete) this.#backoffs.delete(bundle)
    else this.#retry(bundle)
  }

  #askForTurn(bundle: string): void {
    if (!this.#open || this.#asked.has(bundle)) return
    const takeBack = this.#options.turns.ask((end) => {
      this.#asked.delete(bundle)
      this.#turns.set(bundle, end)
      this.add(bundle)
      this.#quiet()
    })
    this.#asked.set(bundle, takeBack)
  }

  #endTurn(bundle: string): void {
    this.#turns.get(bundle)?.()
    this.#turns.delete(bundle)
  }

  /** Lets those go on who wait for what was asked. */
  #quiet(): void {
    for (const resolve of this.#awaiting.splice(0)) resolve()
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
