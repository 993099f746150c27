import { type Failure, isFailure, reasonOf } from '../../core/failure.ts'
import { refOfKey } from '../../core/object/index.ts'
import type { AppliedMark, Assignment, HookRecord } from '../ports.ts'
import type { Session } from '../session/index.ts'
import { textOf, type Writer } from './apply-wanted.ts'
import { type BundleProgress, bundleReport } from './bundle-report.ts'
import type { Claims } from './claims.ts'
import { Converge } from './converge.ts'
import { HookBook } from './hook-book.ts'
import { Removal } from './removal.ts'
import { Withdrawal } from './withdrawal.ts'

/**
 * What one pass over a bundle came to. `retry`: something may go better without anybody changing anything. `goesOn`:
 * a hook or a wave is under way, and the next pass goes on from there. `waitsForTurn`: many objects are to be written.
 */
export type PassResult = 'settled' | 'retry' | 'goesOn' | 'waitsForTurn'

/**
 * Brings one bundle to its assignment, or off the cluster, and tells how that went. Running it twice changes nothing.
 */
export class BundleReconciler {
  readonly #writer: Writer
  readonly #converge: Converge
  readonly #withdrawal: Withdrawal
  readonly #book: HookBook
  readonly #applied: Map<string, AppliedMark>
  readonly #progress = new Map<string, BundleProgress & { readonly of: Assignment }>()

  constructor(
    writer: Writer,
    claims: Claims,
    applied: Map<string, AppliedMark>,
    hooks: Map<string, HookRecord>,
  ) {
    this.#writer = writer
    this.#applied = applied
    const removal = new Removal(writer, claims)
    this.#book = new HookBook(writer.context.ports.journal, hooks, applied)
    this.#converge = new Converge(writer, claims, applied, removal, this.#book)
    this.#withdrawal = new Withdrawal(writer, claims, removal)
  }

  /** A person wants another try of what failed and is not tried again by itself. */
  tryAgain(bundle: string): void {
    this.#book.tryAgain(bundle)
  }

  /**
   * `mayPrune`: what every bundle declares is known, so absence from all of them means absence. `mayWriteMany` is asked
   * when many objects are to be written; where it answers no, none is.
   */
  async reconcile(
    assignment: Assignment,
    mayPrune: boolean,
    mayWriteMany: () => boolean,
  ): Promise<PassResult> {
    const { context } = this.#writer
    try {
      const progress =
        assignment.withdrawn === undefined
          ? await this.#converge.converge(assignment, mayPrune && assignment.complete, mayWriteMany)
          : await this.#withdrawal.withdraw(assignment, mayPrune)
      this.#progress.set(assignment.bundle, { ...progress, of: assignment })
      this.report(assignment.bundle)
      if (progress.phase === 'withdrawn') await this.#book.noteLeft(assignment)
      if (progress.waitsForTurn === true) return 'waitsForTurn'
      if (progress.phase === 'applying') return 'goesOn'
      return progress.phase === 'applied' || progress.phase === 'pending' || progress.phase === 'withdrawn'
        ? 'settled'
        : 'retry'
    } catch (error) {
      const reason = isFailure(error) ? textOf(error as Failure) : reasonOf(error)
      const before = this.#progress.get(assignment.bundle)
      const refused = before?.refused ?? []
      if (isFailure(error, 'read-only', 'superseded')) {
        // Nothing is wrong with the bundle: it waits until it may be written, or is looked at as what it is to be now.
        this.#progress.set(assignment.bundle, { phase: 'pending', reason, refused, of: assignment })
        this.report(assignment.bundle)
        return 'retry'
      }
      this.#progress.set(assignment.bundle, { phase: 'failed', reason, refused, of: assignment })
      // Said once, and not again with every attempt.
      if (before?.reason !== reason) {
        const message = `bundle ${assignment.bundle}: ${reason}`
        context.emit({ type: 'apply-failed', bundle: assignment.bundle, message })
      }
      this.report(assignment.bundle)
      return 'retry'
    }
  }

  /** Tells how a bundle stands. */
  report(bundle: string): void {
    const { context } = this.#writer
    const assignment = context.assignment(bundle)
    if (assignment === undefined) return
    const known = this.#progress.get(bundle)
    // What was found of one commit says nothing about the next.
    const current = known?.of.revision === assignment.revision && known.of.variant === assignment.variant
    const progress: BundleProgress =
      known !== undefined && current ? known : { phase: 'pending', reason: 'not looked at yet', refused: [] }
    const members = context.members.ofBundle(bundle)
    context.ports.reports.bundle(bundleReport(assignment, members, progress, this.#applied.get(bundle)))
  }

  /**
   * Bundles with an object whose kind was not served when it was looked at, and is now. Asks the cluster only while there
   * are such objects: a server publishes a new kind some time after its definition, and tells nobody.
   */
  async servedByNow(session: Session): Promise<string[]> {
    const isServed = (key: string): boolean => session.resourceOf(refOfKey(key)) !== undefined
    const lacking = [...this.#progress].flatMap(([bundle, { refused }]) => {
      const keys = refused.flatMap(({ code, key }) =>
        code === 'no-such-kind' && !isServed(key) ? [key] : [],
      )
      return keys.length === 0 ? [] : [{ bundle, keys }]
    })
    if (lacking.length === 0) return []
    await session.rediscover()
    return lacking.flatMap(({ bundle, keys }) => (keys.some(isServed) ? [bundle] : []))
  }

  forget(bundle: string): void {
    this.#progress.delete(bundle)
    this.#applied.delete(bundle)
    this.#book.forget(bundle)
  }
}
