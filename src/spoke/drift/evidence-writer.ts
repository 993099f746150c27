import type { DriftRecord } from '../../core/ledger/index.ts'
import type { Journal } from '../ports.ts'

/**
 * Saves drift records of many objects in the order in which it was asked. What is asked while a save runs shares the
 * next one: a burst of differences costs a few rows of writes, not one for each. Every promise resolves when its
 * own records are durable.
 */
export class EvidenceWriter {
  readonly #journal: () => Journal
  #waiting: DriftRecord[] = []
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(journal: () => Journal) {
    this.#journal = journal
  }

  save(records: readonly DriftRecord[]): Promise<void> {
    this.#waiting.push(...records)
    if (this.#next === undefined) {
      this.#next = this.#last.then(() => this.#flush())
      // One save that fails is the failure of those who share it, and of nobody after them.
      this.#last = this.#next.catch(() => undefined)
    }
    return this.#next
  }

  async #flush(): Promise<void> {
    // What the same piece of a watch tells is asked for within one turn of the event loop.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    const newest = new Map(this.#waiting.map((record) => [record.id, record]))
    this.#waiting = []
    this.#next = undefined
    await this.#journal().saveDrift([...newest.values()])
  }
}
