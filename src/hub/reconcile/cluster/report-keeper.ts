import { type Clock, WorkQueue } from '../../../runtime/index.ts'
import type { BundleReport, ClusterReport } from '../../../spoke/index.ts'
import type { LastGood, Store } from '../../store/index.ts'
import type { ClusterBoard } from './cluster-board.ts'

/** How long the note of the last sign of life may wait: an idle fleet writes next to nothing. */
const idleMs = 60_000
const newsMs = 1_000
const retryMs = 10_000

/**
 * Keeps the newest report of each cluster and bundle in the store, for the next start. Reports that came in quick
 * succession are written once; losing the last of them costs no more than an older last-known state.
 */
export class ReportKeeper {
  readonly #store: Store
  readonly #board: ClusterBoard
  readonly #queue: WorkQueue
  readonly #kept = new Map<string, string>()
  /** The digests of the facts that are in the store. */
  readonly #facts = new Map<string, string>()

  constructor(store: Store, board: ClusterBoard, clock: Clock, onError: (error: unknown) => void) {
    this.#store = store
    this.#board = board
    this.#queue = new WorkQueue({
      clock,
      concurrency: 8,
      run: (key) => this.#keep(key),
      onError: (key, error) => {
        onError(error)
        this.#queue.add(key, retryMs)
      },
    })
  }

  cluster(name: string): void {
    const key = JSON.stringify([name])
    const { report, lastGood } = this.#board.entry(name)
    if (report === undefined) return
    this.#queue.add(key, this.#kept.get(key) === newsOf(report, lastGood) ? idleMs : newsMs)
  }

  /**
   * Writes the facts of a cluster at once: what they place on a cluster would be taken away again after a crash that
   * lost them. A store that refuses is asked again with the next report.
   */
  async facts(name: string): Promise<void> {
    const facts = this.#board.entry(name).report?.facts
    if (facts === undefined || this.#facts.get(name) === facts.digest) return
    await this.#store.clusters.saveFacts(name, facts)
    this.#facts.set(name, facts.digest)
  }

  bundle(name: string, report: BundleReport): void {
    const key = JSON.stringify([name, report.bundle])
    if (this.#kept.get(key) !== JSON.stringify(report)) this.#queue.add(key, newsMs)
  }

  /** Writes what is newest of every cluster, once, and takes nothing more. */
  async stop(clusters: Iterable<string>): Promise<void> {
    await this.#queue.stop()
    for (const cluster of clusters) await this.#keep(JSON.stringify([cluster])).catch(() => undefined)
  }

  async #keep(key: string): Promise<void> {
    const [cluster, bundle] = JSON.parse(key) as [string, string?]
    const entry = this.#board.entry(cluster)
    if (bundle === undefined) {
      const { report, lastGood } = entry
      if (report === undefined) return
      await this.facts(cluster)
      await this.#store.clusters.saveReport(cluster, report, lastGood)
      this.#kept.set(key, newsOf(report, lastGood))
      return
    }
    const report = entry.bundles.get(bundle)
    if (report === undefined) return
    await this.#store.bundleStates.saveReport(cluster, report)
    this.#kept.set(key, JSON.stringify(report))
  }
}

/** Everything that is kept of a cluster but times that pass by themselves; of its facts the digest. */
function newsOf(all: ClusterReport, lastGood: LastGood | undefined): string {
  const { lastSeen: _lastSeen, factsAt: _factsAt, facts, ...report } = all
  return JSON.stringify([report, facts?.digest, lastGood?.state])
}
