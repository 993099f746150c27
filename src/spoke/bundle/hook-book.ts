import type { AppliedMark, Assignment, HookRecord, HookRun, Journal } from '../ports.ts'
import type { Write } from './apply-wanted.ts'

/**
 * How far the delivery of each bundle's rendering has come, where it takes several passes: which hooks were begun and
 * how they ended, and what was approved at its beginning. Durable before it counts, so that no hook runs twice.
 */
export class HookBook {
  readonly #journal: Journal
  readonly #records: Map<string, HookRecord>
  readonly #applied: ReadonlyMap<string, AppliedMark>
  readonly #again = new Set<string>()

  constructor(journal: Journal, records: Map<string, HookRecord>, applied: ReadonlyMap<string, AppliedMark>) {
    this.#journal = journal
    this.#records = records
    this.#applied = applied
  }

  /** What is known of this rendering; of another one nothing is. */
  of({ bundle, variant }: Assignment): HookRecord {
    const known = this.#records.get(bundle)
    return known?.variant === variant ? known : { variant, attempt: 0, runs: [] }
  }

  /** True when the rendering was applied whole: all its hooks have ended, and none of them runs again. */
  isOver(assignment: Assignment): boolean {
    const { bundle, variant } = assignment
    return this.#applied.get(bundle)?.variant === variant && this.of(assignment).left !== true
  }

  /** The bundle has left the cluster: what ran for it counts no more. */
  async noteLeft({ bundle }: Assignment): Promise<void> {
    const variant = this.#applied.get(bundle)?.variant
    const known = this.#records.get(bundle)
    if (
      variant === undefined ||
      (known?.variant === variant && known.left === true && known.runs.length === 0)
    )
      return
    const record: HookRecord = { variant, attempt: (known?.attempt ?? 0) + 1, runs: [], left: true }
    await this.#journal.saveHooks(bundle, record)
    this.#records.set(bundle, record)
  }

  /** A person wants another try: what failed is begun anew in the next pass. */
  tryAgain(bundle: string): void {
    this.#again.add(bundle)
  }

  /** Forgets failed runs where a person asked for another try. */
  async settleRetry(assignment: Assignment): Promise<void> {
    if (!this.#again.has(assignment.bundle)) return
    const record = this.of(assignment)
    const left = record.runs.filter(({ state }) => state !== 'failed')
    if (left.length < record.runs.length) {
      await this.#save(assignment, { ...record, attempt: record.attempt + 1, runs: left })
    }
    this.#again.delete(assignment.bundle)
  }

  async noteRun(assignment: Assignment, run: HookRun): Promise<void> {
    const record = this.of(assignment)
    const others = record.runs.filter(({ key }) => key !== run.key)
    await this.#save(assignment, { ...record, runs: [...others, run] })
  }

  /** What was approved stays approved while the delivery goes on, pass by pass. */
  async noteApproval(assignment: Assignment, plan: string, writes: readonly Write[]): Promise<void> {
    await this.#save(assignment, { ...this.of(assignment), approved: { plan, writes: writes.map(tokenOf) } })
  }

  /** The writes that were approved at the beginning of this delivery. */
  approvedOf(assignment: Assignment, writes: readonly Write[]): Write[] {
    const approved = new Set(this.of(assignment).approved?.writes)
    return writes.filter((write) => approved.has(tokenOf(write)))
  }

  forget(bundle: string): void {
    this.#records.delete(bundle)
    this.#again.delete(bundle)
  }

  async #save(assignment: Assignment, record: HookRecord): Promise<void> {
    await this.#journal.saveHooks(assignment.bundle, record)
    this.#records.set(assignment.bundle, record)
  }
}

/** What makes a write the same as one that was approved: an adoption also by the state of what is taken over. */
function tokenOf({ action, wanted, live }: Write): string {
  return `${action} ${wanted.key} ${wanted.content.hash} ${live?.metadata.resourceVersion ?? ''}`
}
