import { hasEnded, type RunRecord } from '../../../core/rollout/index.ts'
import type { Store } from '../../store/index.ts'

/** The runs that matter now: of every bundle the one that still changes, and the newest that ended. */
export class RunBook {
  readonly #store: Store
  readonly #active = new Map<string, RunRecord>()
  readonly #ended = new Map<string, RunRecord>()

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    for (const record of await this.#store.runs.current()) this.#keep(record)
  }

  /** The run of a bundle that still changes. */
  active(bundle: string): RunRecord | undefined {
    return this.#active.get(bundle)
  }

  /** The run of a bundle that ended last. */
  ended(bundle: string): RunRecord | undefined {
    return this.#ended.get(bundle)
  }

  actives(): RunRecord[] {
    return [...this.#active.values()]
  }

  /** Of every bundle the run that still changes, and the one that ended last. */
  records(): RunRecord[] {
    return [...this.#active.values(), ...this.#ended.values()]
  }

  find(id: string): RunRecord | undefined {
    return this.records().find(({ run }) => run.id === id)
  }

  /** Makes changes true once they are durable. */
  async save(changes: readonly { readonly before?: RunRecord; readonly after: RunRecord }[]): Promise<void> {
    await this.#store.runs.save(changes)
    for (const { after } of changes) this.#keep(after)
  }

  #keep(record: RunRecord): void {
    const { bundle, id } = record.run
    if (!hasEnded(record.progress.state)) {
      this.#active.set(bundle, record)
      return
    }
    if (this.#active.get(bundle)?.run.id === id) this.#active.delete(bundle)
    const last = this.#ended.get(bundle)
    if (last === undefined || last.run.createdAt <= record.run.createdAt) this.#ended.set(bundle, record)
  }
}
