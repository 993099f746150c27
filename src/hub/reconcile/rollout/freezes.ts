import { randomUUID } from 'node:crypto'
import { compileSelector } from '../../../api/index.ts'
import type { Clock, Timer } from '../../../runtime/index.ts'
import type { FleetModel } from '../../fleet/index.ts'
import type { Freeze, Store } from '../../store/index.ts'

export interface FreezesOptions {
  readonly store: Store
  readonly clock: Clock
  /** Called after what is frozen has changed, also when a freeze ends by itself. */
  readonly onChange: () => void
}

/**
 * The freezes in force, asked before every write of every engine: from memory, so that one holds with the very next
 * write. A freeze is durable before it is answered, and holds over restarts.
 */
export class Freezes {
  readonly #options: FreezesOptions
  readonly #open = new Map<string, Freeze>()
  #model: FleetModel | undefined
  /** By cluster; made anew when freezes or clusters change. */
  #on = new Map<string, Freeze | undefined>()
  #timer: Timer | undefined

  constructor(options: FreezesOptions) {
    this.#options = options
  }

  async load(): Promise<void> {
    for (const freeze of await this.#options.store.freezes.open()) this.#open.set(freeze.id, freeze)
    this.#changed()
  }

  /** The clusters that scopes speak of. */
  follow(model: FleetModel): void {
    this.#model = model
    this.#on.clear()
  }

  /** Those in force now, oldest first. */
  list(): Freeze[] {
    const now = this.#options.clock.now()
    return [...this.#open.values()].filter((freeze) => !isOver(freeze, now))
  }

  /** The freeze that keeps a cluster from being written to, with its reason as a sentence. */
  on(cluster: string): { readonly reason: string; readonly until?: number } | undefined {
    let freeze = this.#on.get(cluster)
    if (!this.#on.has(cluster)) {
      freeze = this.list().find((one) => this.#covers(one, cluster))
      this.#on.set(cluster, freeze)
    }
    if (freeze === undefined || isOver(freeze, this.#options.clock.now())) return undefined
    const reason = `frozen by ${freeze.by}: ${freeze.reason}`
    return { reason, ...(freeze.until === undefined ? {} : { until: Date.parse(freeze.until) }) }
  }

  /** Holds with the next write; resolves when it is durable. */
  async begin(given: Omit<Freeze, 'id' | 'at'>): Promise<Freeze> {
    const { clock, store } = this.#options
    const at = new Date(clock.now()).toISOString()
    const freeze: Freeze = { id: `f-${randomUUID().slice(0, 8)}`, at, ...given }
    this.#open.set(freeze.id, freeze)
    this.#changed()
    try {
      await store.freezes.save(freeze)
    } catch (error) {
      // What could not be kept is not promised; but until then nothing was written.
      this.#open.delete(freeze.id)
      this.#changed()
      throw error
    }
    return freeze
  }

  /** Ends a freeze; undefined when there is none of that id in force. */
  async end(id: string, by: string): Promise<Freeze | undefined> {
    const freeze = this.list().find((one) => one.id === id)
    if (freeze === undefined) return undefined
    const ended = { ...freeze, endedAt: new Date(this.#options.clock.now()).toISOString(), endedBy: by }
    await this.#options.store.freezes.save(ended)
    this.#open.delete(id)
    this.#changed()
    return ended
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #covers({ scope }: Freeze, name: string): boolean {
    const { clusters, environments, labels } = scope
    if (clusters !== undefined && !clusters.includes(name)) return false
    if (environments === undefined && labels === undefined) return true
    const cluster = this.#model?.clusters.get(name)?.value
    // A cluster that nothing is known of may be meant: it is not written to.
    if (cluster === undefined) return true
    if (environments !== undefined && !environments.includes(cluster.spec.environment)) return false
    return compileSelector(labels ?? '')(cluster.spec.labels ?? {})
  }

  #changed(): void {
    this.#on.clear()
    this.#timer?.cancel()
    const { clock, onChange } = this.#options
    const ends = this.list().flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]))
    if (ends.length > 0) {
      this.#timer = clock.setTimeout(() => this.#changed(), Math.max(0, Math.min(...ends) - clock.now()) + 1)
    }
    onChange()
  }
}

function isOver({ until }: Freeze, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now
}
