import type { ClusterFacts } from '../../core/facts/index.ts'
import { canonicalJson, type Json } from '../../core/object/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { discoveredFacts, type Inspected, inspect } from './read-facts.ts'

/** So long what only requests tell is believed; classes and nodes change seldom. */
const inspectEachMs = 30 * 60_000
/** New kinds come with new classes: then it is looked earlier, but not with each of them. */
const soonestMs = 5 * 60_000

/**
 * Knows what a cluster is and has. What the discovery tells costs no request of its own; the rest is a handful of lists at
 * each connection, every half hour, and when the served kinds have changed.
 */
export class FactsKeeper {
  readonly #context: EngineContext
  readonly #onFacts: (facts: ClusterFacts, at: string) => void
  #inspected: Inspected = {}
  #inspectedAt: number | undefined
  #work: Promise<void> | undefined
  #facts: ClusterFacts | undefined

  constructor(context: EngineContext, onFacts: (facts: ClusterFacts, at: string) => void) {
    this.#context = context
    this.#onFacts = onFacts
  }

  /** A connection was made: everything is looked at anew. */
  connected(): void {
    this.#inspectedAt = undefined
    this.#tell()
    this.#inspect()
  }

  /** The cluster said again what it serves. */
  discovered(): void {
    const before = this.#facts?.digest
    this.#tell()
    if (this.#facts?.digest !== before) this.#inspectAfter(soonestMs)
  }

  /** Called about each minute while connected. */
  tick(): void {
    this.#inspectAfter(inspectEachMs)
  }

  /** Resolves when nothing is being read. */
  async idle(): Promise<void> {
    await this.#work
  }

  #inspectAfter(ms: number): void {
    const now = this.#context.clock.now()
    if (this.#inspectedAt === undefined || now - this.#inspectedAt >= ms) this.#inspect()
  }

  #inspect(): void {
    if (this.#work !== undefined) return
    const session = this.#context.session()
    this.#work = inspect(session)
      .then((inspected) => {
        this.#inspected = inspected
        this.#inspectedAt = this.#context.clock.now()
        this.#tell()
      })
      // Tried again with the next tick; a cluster that does not answer is told of elsewhere.
      .catch(() => undefined)
      .finally(() => {
        this.#work = undefined
      })
  }

  #tell(): void {
    const found = { ...discoveredFacts(this.#context.session().discovery), ...this.#inspected }
    const digest = this.#context.ports.keys.hash128(canonicalJson(found as unknown as Json))
    const now = new Date(this.#context.clock.now()).toISOString()
    if (this.#facts?.digest !== digest) this.#facts = { digest, ...found }
    if (this.#facts !== undefined) this.#onFacts(this.#facts, now)
  }
}
