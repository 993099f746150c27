import { isFailure, reasonOf } from '../../core/failure.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import { nameOf } from '../../core/object/index.ts'
import type { Identity } from '../../kube/index.ts'
import type { Timer } from '../../runtime/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import type { StoredReceipt } from '../ports.ts'
import type { DriftBook } from './drift-book.ts'
import type { Fights } from './fights.ts'
import { type HealOutcome, healObject } from './heal-object.ts'
import { canBeLeftOut } from './not-due.ts'

/** Writes under way at once: more than a server answers in parallel, fewer than its fair queue. */
const parallelHeals = 24
const retryMs = 5_000
const staleMs = 1_000

/** A heal that somebody asks for, by the keys of objects. */
export interface HealOrder {
  readonly keys: readonly string[]
  readonly actor: string
  readonly requestId: string
  /** Whom it is written as, where the cluster lets our account do that; our own account without it. */
  readonly as?: Identity
}

/** What came of a heal that somebody asked for. */
export interface HealResult {
  readonly key: string
  readonly outcome: 'healed' | 'unchanged' | 'refused' | 'failed'
  readonly message?: string
}

/**
 * Heals members when they are due. Everything that is due at once goes out as one batch per bundle: one fence,
 * the writes side by side, one journal entry.
 */
export class Healer {
  readonly #context: EngineContext
  readonly #book: DriftBook
  readonly #fights: Fights
  readonly #resume: (member: Member) => void
  readonly #due = new Map<Member, number>()
  readonly #readopt = new Set<Member>()
  /** After a heal that did not come through: when the member may be tried again, whatever is seen meanwhile. */
  readonly #notBefore = new Map<Member, number>()
  #timer: Timer | undefined
  /** Batches that write, or whose journal entry is not made yet. */
  readonly #batches = new Set<Promise<void>>()
  #running: Promise<void> | undefined
  #stopped = false

  constructor(context: EngineContext, book: DriftBook, fights: Fights, resume: (member: Member) => void) {
    this.#context = context
    this.#book = book
    this.#fights = fights
    this.#resume = resume
  }

  /** Plans the member's heal by its records; none of them may be due to heal at all. */
  schedule(member: Member): void {
    const times = [...(member.drift?.values() ?? [])].flatMap((record) =>
      record.healAt === undefined || record.hold !== undefined ? [] : [Date.parse(record.healAt)],
    )
    // What is held and can be left out of an apply is left out; anything else that is held holds the object. What
    // admission changes back is not healed by an apply either way.
    const held = [...(member.drift?.values() ?? [])].some(
      (record) =>
        record.hold !== undefined &&
        record.hold.kind !== 'admission' &&
        !(record.hold.kind === 'fight' && canBeLeftOut(record)),
    )
    if (times.length === 0 || held || member.orphaned) {
      this.#due.delete(member)
      return
    }
    this.#due.set(member, Math.max(Math.min(...times), this.#notBefore.get(member) ?? 0))
    this.#arm()
  }

  /** Takes back the ownership of fields whose values are right: silently, and only where heals are allowed. */
  readopt(member: Member): void {
    if (this.#context.assignment(member.bundle)?.mode !== 'enforce') return
    this.#readopt.add(member)
    this.#due.set(member, this.#context.clock.now())
    this.#arm()
  }

  /** Nothing is written in mode observe, whoever asks, also to what was applied before. */
  #isObserved(member: Member): boolean {
    return member.observedOnly || this.#context.assignment(member.bundle)?.mode === 'observe'
  }

  /** Heals now because a person said so. Objects that are not members, or observed only, are refused. */
  async order({ keys, ...order }: HealOrder): Promise<HealResult[]> {
    const results: HealResult[] = []
    const members: Member[] = []
    for (const key of keys) {
      const member = this.#context.members.get(key)
      if (member?.receipt === undefined) {
        results.push({ key, outcome: 'refused', message: 'no bundle has applied this object here' })
      } else if (this.#isObserved(member)) {
        const message = `bundle ${member.bundle} is in mode observe: nothing is written`
        results.push({ key, outcome: 'refused', message })
      } else if (member.orphaned) {
        const message = `bundle ${member.bundle} does not declare this object any more`
        results.push({ key, outcome: 'refused', message })
      } else members.push(member)
    }
    for (const member of members) this.#fights.forgive(member.key)
    const groups = Map.groupBy(members, (member) => member.bundle)
    const healed = await Promise.all([...groups].map(([bundle, group]) => this.#batch(bundle, group, order)))
    return [...results, ...healed.flat()]
  }

  /** Resolves when no heal is under way. */
  async idle(): Promise<void> {
    await this.#running
    await Promise.all(this.#batches)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.idle()
  }

  #arm(): void {
    if (this.#stopped || this.#running !== undefined) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#due.size === 0) return
    let first = Number.POSITIVE_INFINITY
    for (const at of this.#due.values()) first = Math.min(first, at)
    const wait = first - this.#context.clock.now()
    if (wait <= 0) this.#run()
    else this.#timer = this.#context.clock.setTimeout(() => this.#run(), wait)
  }

  #run(): void {
    if (this.#running !== undefined || this.#stopped) return
    this.#running = this.#runDue()
      .catch((error: unknown) => this.#context.unexpected('healing', error))
      .finally(() => {
        this.#running = undefined
        this.#arm()
      })
  }

  async #runDue(): Promise<void> {
    const now = this.#context.clock.now()
    const due = [...this.#due].flatMap(([member, at]) => (at <= now ? [member] : []))
    for (const member of due) this.#due.delete(member)
    const groups = Map.groupBy(due, (member) => member.bundle)
    await Promise.all([...groups].map(([bundle, members]) => this.#startBatch(bundle, members)))
  }

  /** Resolves when a batch may write. What is due meanwhile makes the next one, which does not wait for its writes. */
  #startBatch(bundle: string, members: readonly Member[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const batch = this.#batch(bundle, members, undefined, resolve)
      .catch((error: unknown) => this.#context.unexpected(`healing bundle ${bundle}`, error))
      .then(() => {
        this.#batches.delete(batch)
        resolve()
      })
    this.#batches.add(batch)
    return promise
  }

  async #batch(
    bundle: string,
    asked: readonly Member[],
    order: Omit<HealOrder, 'keys'> | undefined,
    fenced: () => void = () => {},
  ): Promise<HealResult[]> {
    const members = asked.filter((member) => !member.busy && !member.orphaned)
    const passedOver = asked.filter((member) => !members.includes(member)).map((member) => busy(member))
    for (const member of members) member.busy = true
    let concluded = false
    try {
      this.#context.assertWritable()
      const session = this.#context.session()
      await this.#context.applySet(bundle).fence(session)
      fenced()
      const person = order?.as
      const acting = person === undefined ? undefined : await session.as(person)
      const outcomes = await eachLimited(members, parallelHeals, (member) => {
        this.#context.assertWritable()
        return healObject(this.#context, member, { ordered: order !== undefined, acting })
      })
      await this.#store(members, outcomes)
      const results = members.map((member, i) => this.#conclude(member, outcomes[i], order))
      concluded = true
      return [...results, ...passedOver]
    } catch (error) {
      this.#context.unexpected(`healing bundle ${bundle}`, error)
      if (order === undefined && !isFailure(error, 'fenced')) this.#again(members)
      const message = reasonOf(error)
      return [...members.map(({ key }) => ({ key, outcome: 'failed' as const, message })), ...passedOver]
    } finally {
      for (const member of members) {
        member.busy = false
        this.#readopt.delete(member)
        if (concluded && member.drift !== undefined) this.schedule(member)
        this.#resume(member)
      }
    }
  }

  /** Receipts of a batch become durable, then the records that they close, before anything is told. */
  async #store(members: readonly Member[], outcomes: readonly HealOutcome[]): Promise<void> {
    const { journal } = this.#context.ports
    const receipts: StoredReceipt[] = []
    const replaced = new Set<string>()
    const now = this.#context.clock.now()
    const closed = new Map<Member, DriftRecord[]>()
    for (const [i, member] of members.entries()) {
      const outcome = outcomes[i]
      if (outcome === undefined) continue
      if (outcome.kind === 'healed') {
        receipts.push({ key: member.key, bundle: member.bundle, receipt: outcome.receipt })
        if (outcome.replaced) replaced.add(member.bundle)
        const changed = this.#book.healed(member, now, outcome.left, outcome.futile)
        for (const { state, path, writer } of changed) {
          if (state === 'healed') this.#fights.healed(member.key, path, writer.manager, now)
        }
        closed.set(member, changed)
      } else if (outcome.kind === 'held') {
        closed.set(member, held(member, outcome, now))
      }
    }
    // Asked for at once, they share one commit of the journal.
    const inventories = [...replaced].map((bundle) =>
      journal.saveInventory(bundle, [...this.#context.members.inventory(bundle).values()]),
    )
    await Promise.all([receipts.length === 0 ? undefined : journal.saveReceipts(receipts), ...inventories])
    const stored = [...closed].map(async ([member, list]) => {
      if (list.length > 0) this.#book.adopt(member, await this.#book.save(list))
    })
    await Promise.all(stored)
  }

  #conclude(
    member: Member,
    outcome: HealOutcome | undefined,
    order: Omit<HealOrder, 'keys'> | undefined,
  ): HealResult {
    const { as: _as, ...by } = order ?? {}
    const about = { bundle: member.bundle, key: member.key, ...by }
    const name = nameOf(member.ref)
    this.#notBefore.delete(member)
    if (outcome?.kind === 'healed' && outcome.futile.size > 0) {
      const message = [...outcome.futile.values()][0] ?? ''
      this.#context.emit({ ...about, type: 'heal-failed', message: `${name}: not healed: ${message}` })
      if (!outcome.any) return { key: member.key, outcome: 'refused', message }
    }
    if (outcome?.kind === 'healed') {
      const silent = this.#readopt.has(member)
      const message = silent ? `${name}: ownership taken back` : `${name}: healed`
      this.#context.emit({ ...about, type: silent ? 'readopted' : 'healed', message })
      return { key: member.key, outcome: outcome.changed ? 'healed' : 'unchanged' }
    }
    if (outcome?.kind === 'stale') {
      // What stands there now is recorded first; then it is healed, or not, by what is recorded.
      this.#notBefore.set(member, this.#context.clock.now() + staleMs)
      member.waiting = { kind: 'left' }
      return { key: member.key, outcome: 'refused', message: `${outcome.message}: look at it again` }
    }
    const message = outcome?.message ?? 'no answer'
    this.#context.emit({ ...about, type: 'heal-failed', message: `${name}: not healed: ${message}` })
    if (outcome?.kind === 'failed' && order === undefined) this.#again([member])
    return { key: member.key, outcome: outcome?.kind === 'held' ? 'refused' : 'failed', message }
  }

  #again(members: readonly Member[]): void {
    const at = this.#context.clock.now() + retryMs
    for (const member of members) {
      this.#due.set(member, at)
      this.#notBefore.set(member, at)
    }
    this.#arm()
  }
}

function held(member: Member, outcome: Extract<HealOutcome, { kind: 'held' }>, now: number): DriftRecord[] {
  const since = new Date(now).toISOString()
  const hold = { kind: outcome.hold, since, detail: outcome.message }
  return [...(member.drift?.values() ?? [])].flatMap(({ healAt: _healAt, ...record }) =>
    outcome.hold === 'admission' && record.class === 'addition' ? [] : [{ ...record, hold }],
  )
}

function busy(member: Member): HealResult {
  return {
    key: member.key,
    outcome: 'refused',
    message: 'another write of this object is under way; try again',
  }
}
