import { type Failure, isFailure, reasonOf } from '../../core/failure.ts'
import { inventoryDiff, type InventoryEntry, planPrune, type PrunePlan } from '../../core/inventory/index.ts'
import { keyOf, refOfKey } from '../../core/object/index.ts'
import type { PlanRecord } from '../../core/plan/index.ts'
import type { AppliedMark, Assignment, ObjectTrouble } from '../ports.ts'
import type { Session } from '../session/index.ts'
import { applyWanted, textOf, type Write, type Writer } from './apply-wanted.ts'
import { type BundleProgress, bundleReport } from './bundle-report.ts'
import type { Claims } from './claims.ts'
import { examine } from './examine.ts'
import { ensureNamespaces } from './namespaces.ts'
import { observeBundle } from './observe-bundle.ts'
import { type Asked, ask, isCleared, proposedDeletion, propose, waitingReason } from './proposals.ts'
import { settleLeaving } from './leaving.ts'
import { forgetPruned, type Pruned, pruneObjects } from './prune.ts'
import { rebuildReceipts } from './rebuild.ts'
import { claimedTwice, resolveContent, type Wanted } from './resolve.ts'
import { becomeServed } from './served-kinds.ts'
import { settleUnknownUids } from './unknown-uids.ts'

/** What one pass over a bundle came to. `retry`: something may go better without anybody changing anything. */
export type PassResult = 'settled' | 'retry'

/**
 * Brings one bundle to its assignment: look, plan, ask where somebody must confirm, record the inventory,
 * apply in waves, prune last. Running it twice changes nothing.
 */
export class BundleReconciler {
  readonly #writer: Writer
  readonly #claims: Claims
  readonly #applied: Map<string, AppliedMark>
  readonly #progress = new Map<string, BundleProgress & { readonly of: Assignment }>()

  constructor(writer: Writer, claims: Claims, applied: Map<string, AppliedMark>) {
    this.#writer = writer
    this.#claims = claims
    this.#applied = applied
  }

  /** `mayPrune`: what every bundle declares is known, so absence from all of them means absence. */
  async reconcile(assignment: Assignment, mayPrune: boolean): Promise<PassResult> {
    const { context } = this.#writer
    try {
      const progress =
        assignment.withdrawn === undefined
          ? await this.#converge(assignment, mayPrune && assignment.complete)
          : await this.#withdraw(assignment, mayPrune)
      this.#progress.set(assignment.bundle, { ...progress, of: assignment })
      this.report(assignment.bundle)
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

  forget(bundle: string): void {
    this.#progress.delete(bundle)
    this.#applied.delete(bundle)
  }

  async #converge(assignment: Assignment, mayPrune: boolean): Promise<BundleProgress> {
    const { context } = this.#writer
    const session = context.session()
    const { bundle } = assignment
    const content = await context.content(assignment.variant)
    let { wanted, refused } = resolveContent(context, session, bundle, content)
    if (refused.some(({ failure }) => failure.code === 'discovery-failed')) {
      await session.rediscover()
      ;({ wanted, refused } = resolveContent(context, session, bundle, content))
    }
    const troubles: ObjectTrouble[] = []
    const mine = wanted.filter((one) => {
      const owner = this.#claims.ownerOf(one.key, context.members.get(one.key)?.bundle)
      if (owner === bundle || owner === undefined) return true
      troubles.push(trouble(one.key, claimedTwice(one, owner, bundle)))
      return false
    })
    if (assignment.mode === 'observe') {
      await observeBundle(context, session, assignment, mine, this.#writer.observer)
      troubles.push(...refused.map(({ key, failure }) => trouble(key, failure)))
      return { phase: 'applied', refused: troubles }
    }
    const { writes, refusals } = await this.#writesFor(session, assignment, mine)
    troubles.push(...refusals)
    const undeclared = this.#orphans(bundle, wanted, refused)
    await this.#orphan(bundle, mayPrune ? undeclared : [])
    const known = await settleUnknownUids(context, session, bundle, undeclared)
    const { orphans, leaving } = mayPrune
      ? await settleLeaving(context, session, bundle, known)
      : { orphans: known, leaving: 0 }
    const removal = this.#planRemoval(assignment, orphans, mayPrune)
    const asked = await ask(context, session, assignment, writes, removal)
    const cleared = writes.filter((write) => asked.cleared.has(write.wanted.key))
    const failed = await this.#write(session, assignment, cleared)
    if (cleared.length > 0 && (await becomeServed(context, session, assignment, content, refused))) {
      // A definition and its objects came in one bundle: now the rest can be settled too (case 33).
      return await this.#converge(assignment, mayPrune)
    }
    troubles.push(...refused.map(({ key, failure }) => trouble(key, failure)))
    const whole = troubles.length === 0 && failed === 0
    if (whole && writes.length === cleared.length) await this.#markApplied(assignment)
    let pruned: Removed = { kept: 0, leaving: 0, why: '' }
    // Prune last, and only after everything else went well (safety I20).
    if (whole && asked.removal !== undefined && isCleared(asked.removal)) {
      pruned = await this.#prune(session, assignment, removal, asked.removal)
    }
    await this.#finish(asked, cleared.length, failed, pruned.kept)
    const left = { ...pruned, leaving: leaving + pruned.leaving }
    return progressOf(asked.waiting, troubles, failed, left)
  }

  /** What has to be written: changed objects, new ones, and existing ones that somebody agreed to adopt. */
  async #writesFor(
    session: Session,
    assignment: Assignment,
    mine: readonly Wanted[],
  ): Promise<{ writes: Write[]; refusals: ObjectTrouble[] }> {
    const { context } = this.#writer
    const writes: Write[] = []
    const fresh: Wanted[] = []
    for (const wanted of mine) {
      const member = context.members.get(wanted.key)
      const receipt = member?.observedOnly === true ? undefined : member?.receipt
      if (receipt === undefined) fresh.push(wanted)
      else if (receipt.manifestHash !== wanted.content.hash || member?.bundle !== assignment.bundle) {
        writes.push({ action: 'configure', wanted })
      } else {
        // It stands as it was applied: a change in between that was refused is not wanted any more.
        member.trouble = undefined
        member.variant = assignment.variant
        member.index = wanted.index
      }
    }
    const refusals: ObjectTrouble[] = []
    const ours: { wanted: Wanted; live: NonNullable<Write['live']> }[] = []
    for (const one of await examine(session, fresh)) {
      if (one.kind === 'absent') writes.push({ action: 'create', wanted: one.wanted })
      else if (one.kind === 'foreign') writes.push({ action: 'adopt', wanted: one.wanted, live: one.live })
      else if (one.kind === 'ours') ours.push(one)
      else refusals.push(trouble(one.wanted.key, one.failure))
    }
    writes.push(...(await rebuildReceipts(this.#writer, session, assignment, ours)))
    return { writes, refusals }
  }

  /** Recorded members that the rendering lacks and that no other bundle declares. */
  #orphans(
    bundle: string,
    wanted: readonly Wanted[],
    refused: readonly { readonly key: string }[],
  ): InventoryEntry[] {
    const { members } = this.#writer.context
    // The namespace of an object of an unknown kind is not settled: every reading protects it.
    const unsettled = refused.flatMap(({ key }) => {
      const ref = refOfKey(key)
      return [ref, { ...ref, namespace: '' }, { ...ref, namespace: 'default' }]
    })
    const declared = [...wanted.map(({ target }) => target.ref), ...unsettled]
    return inventoryDiff([...members.inventory(bundle).values()], declared).orphans.filter(({ ref }) => {
      const owner = this.#claims.ownerOf(keyOf(ref), undefined)
      return owner === undefined || owner === bundle
    })
  }

  /** What no rendering declares any more has no drift: nothing may bring it back while it is pruned. */
  async #orphan(bundle: string, orphans: readonly InventoryEntry[]): Promise<void> {
    const { context, book, observer } = this.#writer
    const keys = new Set(orphans.map(({ ref }) => keyOf(ref)))
    for (const member of context.members.ofBundle(bundle)) {
      const before = member.orphaned
      member.orphaned = keys.has(member.key)
      if (member.orphaned && member.drift !== undefined) await book.release(member)
      // Declared again: what was done to it meanwhile counts.
      if (before && !member.orphaned) await observer.check(member)
    }
  }

  #planRemoval(assignment: Assignment, orphans: readonly InventoryEntry[], mayPrune: boolean): PrunePlan {
    return planPrune({
      orphans,
      rule: assignment.prune,
      total: this.#writer.context.members.inventory(assignment.bundle).size,
      bound: assignment.pruneBound,
      renderComplete: mayPrune,
    })
  }

  /** Inventory first, then the objects (safety I20). Answers how many failed. */
  async #write(session: Session, assignment: Assignment, writes: readonly Write[]): Promise<number> {
    if (writes.length === 0) return 0
    const { context } = this.#writer
    const { bundle } = assignment
    context.assertWritable()
    const inventory = context.members.inventory(bundle)
    for (const { wanted } of writes) {
      const member = context.members.get(wanted.key)
      if (member !== undefined && member.bundle !== bundle) {
        const from = member.bundle
        context.members.transfer(member, bundle)
        await context.ports.journal.saveInventory(from, [...context.members.inventory(from).values()])
      }
      if (inventory.has(wanted.key)) continue
      const { ref, object } = wanted.target
      inventory.set(wanted.key, { ref, apiVersion: object.apiVersion, uid: undefined })
    }
    const before = [...inventory.values()]
    await context.ports.journal.saveInventory(bundle, before)
    const set = context.applySet(bundle)
    await set.record(session, before)
    if (assignment.createNamespace) await ensureNamespaces(session, writes)
    const { applied, failed } = await applyWanted(this.#writer, session, assignment, writes)
    const after = [...inventory.values()]
    if (after.length !== before.length || after.some(({ uid }, i) => uid !== before[i]?.uid)) {
      await context.ports.journal.saveInventory(bundle, after)
    }
    await set.keep(session, after)
    if (applied.length > 0) {
      const message = `bundle ${bundle}: ${objects(applied.length)} applied at ${assignment.revision.slice(0, 12)}`
      context.emit({ type: 'applied', bundle, message })
    }
    for (const { failure } of failed) context.emit({ type: 'apply-failed', bundle, message: textOf(failure) })
    return failed.length
  }

  async #prune(
    session: Session,
    assignment: Assignment,
    removal: PrunePlan,
    record: PlanRecord,
  ): Promise<Removed> {
    const { context } = this.#writer
    await context.applySet(assignment.bundle).fence(session)
    const planned = new Set(record.plan.items.map((item) => item.uid))
    const entries = removal.deletions.map(({ entry }) => entry).filter((entry) => planned.has(entry.uid))
    const pruned = await pruneObjects(context, session, entries)
    await forgetPruned(context, session, assignment.bundle, pruned)
    const count = (wanted: Pruned['outcome']) => pruned.filter(({ outcome }) => outcome === wanted).length
    const why = pruned.find(({ outcome }) => outcome === 'kept')?.reason ?? ''
    return { kept: count('kept'), leaving: count('leaving'), why }
  }

  async #withdraw(assignment: Assignment, mayPrune: boolean): Promise<BundleProgress> {
    const { context } = this.#writer
    const { bundle } = assignment
    const session = context.session()
    const inventory = context.members.inventory(bundle)
    const moved = [...inventory.values()].filter((entry) => this.#hasMoved(bundle, entry))
    for (const entry of moved) inventory.delete(keyOf(entry.ref))
    if (moved.length > 0) await context.ports.journal.saveInventory(bundle, [...inventory.values()])
    const orphans = [...inventory.values()].filter(
      (entry) => (this.#claims.ownerOf(keyOf(entry.ref), undefined) ?? bundle) === bundle,
    )
    if (inventory.size === 0) {
      // A store that was lost knows no members: then those count that stand in the cluster.
      const recorded = await context.applySet(bundle).read(session)
      for (const entry of recorded ?? []) {
        if (!this.#hasMoved(bundle, entry)) inventory.set(keyOf(entry.ref), entry)
      }
      if (inventory.size > 0) {
        await context.ports.journal.saveInventory(bundle, [...inventory.values()])
        return await this.#withdraw(assignment, mayPrune)
      }
      if (recorded !== undefined) await this.#removeSet(session, bundle)
      return { phase: 'withdrawn', refused: [] }
    }
    await this.#orphan(bundle, mayPrune ? orphans : [])
    const { orphans: there, leaving } = mayPrune
      ? await settleLeaving(context, session, bundle, orphans)
      : { orphans, leaving: 0 }
    const removal = this.#planRemoval({ ...assignment, prune: 'confirm' }, there, mayPrune)
    const reason = assignment.withdrawn?.reason ?? 'the bundle was withdrawn'
    const items = removal.deletions.map((step) => proposedDeletion(step.entry, reason))
    if (items.length === 0) {
      if (inventory.size === 0) return await this.#withdraw(assignment, mayPrune)
      const waits = leaving > 0 ? `${objects(leaving)} still there` : 'nothing can be deleted safely'
      return { phase: 'blocked', reason: waits, refused: [] }
    }
    const record = await propose(context, assignment, items, [reason])
    await context.ports.journal.supersedePlans(bundle, [record.plan.id])
    if (!isCleared(record)) return { phase: 'pending', reason: waitingReason(record), refused: [] }
    const pruned = await this.#prune(session, assignment, removal, record)
    if (pruned.kept === 0) {
      await context.ports.journal.finishPlan(record.plan.id, 'executed', `${objects(items.length)} deleted`)
    }
    const left = { ...pruned, leaving: leaving + pruned.leaving }
    if (left.kept + left.leaving > 0) return progressOf([], [], 0, left)
    if (inventory.size === 0) await this.#removeSet(session, bundle)
    return { phase: 'withdrawn', refused: [] }
  }

  async #removeSet(session: Session, bundle: string): Promise<void> {
    const { context } = this.#writer
    context.assertWritable()
    await context.applySet(bundle).remove(session)
  }

  /** True for a recorded object that another bundle declares and holds by now. */
  #hasMoved(bundle: string, entry: InventoryEntry): boolean {
    const key = keyOf(entry.ref)
    const holder = this.#writer.context.members.get(key)?.bundle
    return holder !== undefined && holder !== bundle && this.#claims.ownerOf(key, holder) === holder
  }

  async #markApplied(assignment: Assignment): Promise<void> {
    const { context } = this.#writer
    const known = this.#applied.get(assignment.bundle)
    if (known?.variant === assignment.variant && known.revision === assignment.revision) return
    const at = new Date(context.clock.now()).toISOString()
    const mark = { variant: assignment.variant, revision: assignment.revision, at }
    await context.ports.journal.saveApplied(assignment.bundle, mark)
    this.#applied.set(assignment.bundle, mark)
  }

  async #finish(asked: Asked, written: number, failed: number, left: number): Promise<void> {
    const { journal } = this.#writer.context.ports
    const { changes, removal } = asked
    if (changes !== undefined && isCleared(changes) && failed === 0) {
      await journal.finishPlan(changes.plan.id, 'executed', `${objects(written)} written`)
    }
    if (removal !== undefined && isCleared(removal) && failed === 0 && left === 0) {
      await journal.finishPlan(removal.plan.id, 'executed', `${objects(removal.plan.items.length)} deleted`)
    }
  }
}

/** What is left of a removal: objects that could not be deleted, with the first reason, and those on their way. */
interface Removed {
  readonly kept: number
  readonly leaving: number
  readonly why: string
}

function progressOf(
  waiting: readonly string[],
  troubles: readonly ObjectTrouble[],
  failed: number,
  { kept, leaving, why }: Removed,
): BundleProgress {
  const refused = [...troubles]
  if (failed > 0 || troubles.length > 0) {
    const first = troubles[0]?.message
    const count = failed + troubles.length
    return { phase: 'failed', reason: first ?? `${objects(count)} could not be applied`, refused }
  }
  if (waiting.length > 0) return { phase: 'pending', reason: waiting.join('; '), refused }
  if (kept > 0) return { phase: 'blocked', reason: `${objects(kept)} could not be deleted: ${why}`, refused }
  if (leaving > 0) return { phase: 'blocked', reason: `${objects(leaving)} still there`, refused }
  return { phase: 'applied', refused }
}

function trouble(key: string, failure: Failure): ObjectTrouble {
  return { key, health: 'Unknown', code: failure.code, message: textOf(failure) }
}

function objects(count: number): string {
  return `${count} object${count === 1 ? '' : 's'}`
}
