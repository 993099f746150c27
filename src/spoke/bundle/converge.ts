import type { AppliedMark, Assignment, ObjectTrouble } from '../ports.ts'
import type { Session } from '../session/index.ts'
import type { Write, Writer } from './apply-wanted.ts'
import type { BundleProgress } from './bundle-report.ts'
import type { Claims } from './claims.ts'
import { examine } from './examine.ts'
import type { HookBook } from './hook-book.ts'
import { HookRunner, type HookStep, isHook } from './hook-runner.ts'
import { settleLeaving } from './leaving.ts'
import { ensureNamespaces } from './namespaces.ts'
import { observeBundle } from './observe-bundle.ts'
import { objects, progressOf, trouble } from './progress.ts'
import { type Asked, ask, isCleared } from './proposals.ts'
import { rebuildReceipts } from './rebuild.ts'
import { recordUids } from './record-uids.ts'
import type { Removal, Removed } from './removal.ts'
import { claimedTwice, type Resolved, resolveContent, type Wanted } from './resolve.ts'
import { becomeServed } from './served-kinds.ts'
import { settleUnknownUids } from './unknown-uids.ts'
import { Waves } from './waves.ts'
import { writeBatch } from './write-batch.ts'

/** Objects without a receipt, and those whose receipt is of something else than they are to be. */
interface Unlike {
  readonly fresh: readonly Wanted[]
  readonly changed: readonly Wanted[]
}

/** More writes than these of one bundle are done in turns. */
const manyWrites = 60

/** What somebody is asked about in one pass, and what was decided. */
interface Decided {
  readonly asked: Asked
  readonly cleared: ReadonlySet<string>
}

/**
 * One pass of a bundle towards its rendering: look, ask, hooks before, the waves, hooks after, prune last. A pass never
 * waits for a hook or a wave: it goes as far as it can and says what it waits for; the next one goes on.
 */
export class Converge {
  readonly #writer: Writer
  readonly #claims: Claims
  readonly #applied: Map<string, AppliedMark>
  readonly #removal: Removal
  readonly #book: HookBook
  readonly #hooks: HookRunner
  readonly #waves: Waves

  constructor(
    writer: Writer,
    claims: Claims,
    applied: Map<string, AppliedMark>,
    removal: Removal,
    book: HookBook,
  ) {
    this.#writer = writer
    this.#claims = claims
    this.#applied = applied
    this.#removal = removal
    this.#book = book
    this.#hooks = new HookRunner(writer, book)
    this.#waves = new Waves(writer.context)
  }

  async converge(
    assignment: Assignment,
    mayPrune: boolean,
    mayWriteMany: () => boolean,
  ): Promise<BundleProgress> {
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
    const hooks = mine.filter(isHook)
    const ordinary = mine.filter((one) => !isHook(one))
    if (assignment.mode === 'observe') {
      await observeBundle(context, session, assignment, ordinary, this.#writer.observer)
      troubles.push(...refused.map(({ key, failure }) => trouble(key, failure)))
      return { phase: 'applied', refused: troubles }
    }
    const underWay = await this.#underWay(session, assignment, hooks, { wanted: ordinary, refused })
    if (underWay !== undefined) return underWay
    const unlike = this.#unlike(assignment, ordinary)
    const count = unlike.fresh.length + unlike.changed.length
    if (count > manyWrites && !mayWriteMany()) {
      const reason = `${objects(count)} to write, after those of other clusters`
      const known = [...troubles, ...refused.map(({ key, failure }) => trouble(key, failure))]
      return { phase: 'pending', reason, refused: known, waitsForTurn: true }
    }
    const { writes, refusals } = await this.#writesFor(session, assignment, unlike)
    troubles.push(...refusals)
    const undeclared = this.#removal.orphansOf(bundle, wanted, refused)
    await this.#removal.orphan(bundle, mayPrune ? undeclared : [])
    const known = await settleUnknownUids(context, session, bundle, undeclared)
    const { orphans, leaving } = mayPrune
      ? await settleLeaving(context, session, bundle, known)
      : { orphans: known, leaving: 0 }
    const removal = this.#removal.plan(assignment, orphans, mayPrune)
    const before = this.#hooks.pending(assignment, hooks, 'before')
    const after = this.#hooks.pending(assignment, hooks, 'after')
    const { asked, cleared } = await this.#ask(session, assignment, [...before, ...after], writes, removal)
    const isReady = ({ key }: { readonly key: string }): boolean => cleared.has(key)
    if (before.length > 0 && before.every(isReady)) {
      const held = await this.#run(session, assignment, before, mine)
      if (held !== undefined) return held
    }
    const open = before.every(isReady) ? writes : []
    const outcome = await this.#waves.apply(
      { wanted: ordinary, refused },
      { open, cleared, unwritable: new Set(refusals.map(({ key }) => key)) },
      (batch) => writeBatch(this.#writer, session, assignment, batch, mine),
    )
    const { written, failed } = outcome
    if (written > 0 && (await becomeServed(context, session, assignment, content, refused))) {
      // A definition and its objects came in one bundle: now the rest can be settled too (case 33).
      return await this.converge(assignment, mayPrune, mayWriteMany)
    }
    troubles.push(...refused.map(({ key, failure }) => trouble(key, failure)))
    const whole = troubles.length === 0 && failed === 0
    const all = whole && written === writes.length
    if (whole && outcome.heldBy !== undefined) return this.#waves.waiting(assignment, outcome.heldBy)
    if (all && after.length > 0 && after.every(isReady)) {
      const unready = this.#waves.unready(ordinary)
      if (unready !== undefined) return this.#waves.waiting(assignment, unready)
      const held = await this.#run(session, assignment, after, mine)
      if (held !== undefined) return held
    }
    const ran = [...before, ...after].every(isReady)
    if (all && ran) await this.#markApplied(assignment)
    let pruned: Removed = { kept: 0, leaving: 0, why: '' }
    // Prune last, and only after everything else went well (safety I20).
    if (whole && ran && asked.removal !== undefined && isCleared(asked.removal)) {
      pruned = await this.#removal.prune(session, assignment, removal, asked.removal)
    }
    await this.#finish(assignment, asked, { written, failed, left: pruned.kept, all: all && ran })
    const left = { ...pruned, leaving: leaving + pruned.leaving }
    return progressOf(asked.waiting, troubles, failed, left)
  }

  /** What was begun before and is not over: then nothing else is looked at, which costs one request at most. */
  async #underWay(
    session: Session,
    assignment: Assignment,
    hooks: readonly Wanted[],
    ordinary: Resolved,
  ): Promise<BundleProgress | undefined> {
    await this.#book.settleRetry(assignment)
    const step = await this.#hooks.underWay(session, assignment, hooks)
    if (step !== undefined && step.kind !== 'done') return heldBy(step)
    const goesOn = assignment.mode === 'enforce' || this.#book.of(assignment).approved !== undefined
    const held = goesOn ? this.#waves.heldNow(ordinary) : undefined
    return held === undefined ? undefined : this.#waves.waiting(assignment, held)
  }

  async #run(
    session: Session,
    assignment: Assignment,
    hooks: readonly Wanted[],
    declared: readonly Wanted[],
  ): Promise<BundleProgress | undefined> {
    const when = hooks[0]?.content.hook?.when ?? 'before'
    this.#writer.context.assertWanted(assignment)
    const needed = hooks.map((wanted) => ({ wanted }))
    if (assignment.createNamespace) await ensureNamespaces(session, needed, declared)
    const step = await this.#hooks.run(session, assignment, hooks, when)
    return step.kind === 'done' ? undefined : heldBy(step)
  }

  /** Proposes what must be proposed. What was approved at the beginning of a delivery is not asked about again. */
  async #ask(
    session: Session,
    assignment: Assignment,
    hooks: readonly Wanted[],
    writes: readonly Write[],
    removal: Parameters<typeof ask>[4],
  ): Promise<Decided> {
    const all = [...hooks.map((wanted): Write => ({ action: 'create', wanted })), ...writes]
    const approved = new Set(this.#book.approvedOf(assignment, all))
    const plan = approved.size === 0 ? undefined : this.#book.of(assignment).approved?.plan
    const rest = all.filter((write) => !approved.has(write))
    const asked = await ask(this.#writer.context, session, assignment, rest, removal, plan)
    const cleared = new Set([...asked.cleared, ...[...approved].map(({ wanted }) => wanted.key)])
    const inSteps = hooks.length > 0 || new Set(writes.map(({ wanted }) => wanted.content.wave ?? 0)).size > 1
    if (inSteps && asked.changes?.state === 'approved') {
      const going = all.filter(({ wanted }) => cleared.has(wanted.key))
      await this.#book.noteApproval(assignment, asked.changes.plan.id, going)
    }
    return { asked, cleared }
  }

  /** What does not stand as it is to be, as far as it is known without a request. */
  #unlike(assignment: Assignment, mine: readonly Wanted[]): Unlike {
    const { context } = this.#writer
    const changed: Wanted[] = []
    const fresh: Wanted[] = []
    for (const wanted of mine) {
      const member = context.members.get(wanted.key)
      const receipt = member?.observedOnly === true ? undefined : member?.receipt
      if (receipt === undefined) fresh.push(wanted)
      else if (receipt.manifestHash !== wanted.content.hash || member?.bundle !== assignment.bundle) {
        changed.push(wanted)
      } else {
        // It stands as it was applied: a change in between that was refused is not wanted any more.
        member.trouble = undefined
        member.variant = assignment.variant
        member.index = wanted.index
      }
    }
    return { fresh, changed }
  }

  /** What has to be written: changed objects, new ones, and existing ones that somebody agreed to adopt. */
  async #writesFor(
    session: Session,
    assignment: Assignment,
    { fresh, changed }: Unlike,
  ): Promise<{ writes: Write[]; refusals: ObjectTrouble[] }> {
    const { context } = this.#writer
    const writes = changed.map((wanted): Write => ({ action: 'configure', wanted }))
    const refusals: ObjectTrouble[] = []
    const ours: { wanted: Wanted; live: NonNullable<Write['live']> }[] = []
    for (const one of await examine(session, fresh)) {
      if (one.kind === 'absent') writes.push({ action: 'create', wanted: one.wanted })
      else if (one.kind === 'foreign') writes.push({ action: 'adopt', wanted: one.wanted, live: one.live })
      else if (one.kind === 'ours') ours.push(one)
      else refusals.push(trouble(one.wanted.key, one.failure))
    }
    writes.push(...(await rebuildReceipts(this.#writer, session, assignment, ours)))
    await recordUids(context, session, assignment)
    return { writes, refusals }
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

  async #finish(
    assignment: Assignment,
    { changes, removal }: Asked,
    done: { readonly written: number; readonly failed: number; readonly left: number; readonly all: boolean },
  ): Promise<void> {
    const { journal } = this.#writer.context.ports
    const { written, failed, left, all } = done
    const { approved } = this.#book.of(assignment)
    if (changes !== undefined && isCleared(changes) && failed === 0) {
      await journal.finishPlan(changes.plan.id, 'executed', `${objects(written)} written`)
    } else if (changes === undefined && approved !== undefined && all) {
      await journal.finishPlan(approved.plan, 'executed', `${objects(approved.writes.length)} written`)
    }
    if (removal !== undefined && isCleared(removal) && failed === 0 && left === 0) {
      await journal.finishPlan(removal.plan.id, 'executed', `${objects(removal.plan.items.length)} deleted`)
    }
  }
}

function heldBy(step: Exclude<HookStep, { readonly kind: 'done' }>): BundleProgress {
  return { phase: step.kind === 'failed' ? 'failed' : 'applying', reason: step.reason, refused: [] }
}
