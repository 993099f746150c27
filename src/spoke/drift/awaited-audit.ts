import type { Finding } from '../../core/drift/index.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import type { Member } from '../members/index.ts'
import type { Observation } from './drift-book.ts'

/** How long after a difference an audit record may still come in. */
const auditWindowMs = 120_000
const mostAwaited = 5_000

/** A difference that an audit record may still explain. */
export interface Awaited {
  /** As it was last asked to be stored. */
  record: DriftRecord
  readonly member: Member
  readonly finding: Finding
  readonly observation: Observation
  /** True while what audit told of it could not be stored. */
  owed?: boolean
}

/** The differences that audit may still explain, the oldest first, and what it has told of them. */
export class AwaitedAudit {
  readonly #awaited = new Map<string, Awaited>()

  add(awaited: Awaited): void {
    for (const [id, { observation }] of this.#awaited) {
      const old = awaited.observation.at - observation.at > auditWindowMs
      if (!old && this.#awaited.size < mostAwaited) break
      this.#awaited.delete(id)
    }
    this.#awaited.set(awaited.record.id, awaited)
  }

  all(): Iterable<Awaited> {
    return this.#awaited.values()
  }

  /** What holds of a record by now: who is known later may also change when it is healed. */
  current(record: DriftRecord): DriftRecord {
    const known = this.#awaited.get(record.id)?.record
    return known !== undefined && isOpen(known) && isOpen(record) ? known : record
  }

  /** The record, which its caller changes, with the writer that is known by now. */
  named(record: DriftRecord): DriftRecord {
    const known = this.#awaited.get(record.id)?.record
    if (known === undefined || known.writer === record.writer) return record
    const { writer, sure, when, whenIsBound } = known
    return { ...record, writer, sure, when, whenIsBound }
  }

  /** These records are being stored: whoever explains them later starts from them. */
  asked(records: readonly DriftRecord[]): void {
    for (const record of records) {
      const awaited = this.#awaited.get(record.id)
      if (awaited !== undefined) awaited.record = record
    }
  }
}

export function isOpen({ state }: DriftRecord): boolean {
  return state === 'open' || state === 'healing'
}
