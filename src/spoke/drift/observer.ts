import {
  additionsIn,
  compareLive,
  type Finding,
  type Hash64,
  ownDigest,
  type Receipt,
} from '../../core/drift/index.ts'
import { reasonOf } from '../../core/failure.ts'
import { formatPath } from '../../core/fields/index.ts'
import { healthOf } from '../../core/health/index.ts'
import { isIgnored } from '../../core/ledger/index.ts'
import { type KubeObject, nameOf } from '../../core/object/index.ts'
import type { Timer } from '../../runtime/index.ts'
import { compareRevisions, isKubeFailure } from '../../kube/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { type Member, tellProjection } from '../members/index.ts'
import { fieldManager } from '../names.ts'
import type { DriftBook, Observation } from './drift-book.ts'
import type { Healer } from './healer.ts'
import { noteLook, waitBeforeLook } from './look-pace.ts'
import { SecondLooks } from './second-looks.ts'

type Moment = Pick<Observation, 'at' | 'watched' | 'since'>

/**
 * Looks at live states as they arrive, compares them with receipts (engine §3), and hands what differs to the
 * drift book and the healer. Costs no request while nothing of ours differs.
 */
export class Observer {
  readonly #context: EngineContext
  readonly #book: DriftBook
  readonly #healer: Healer
  readonly #onHealth: (member: Member) => void
  readonly #lookAgain: (member: Member) => void
  readonly #timers = new Map<string, Timer>()
  readonly #chains = new Map<string, Promise<void>>()
  readonly #secondLooks: SecondLooks

  /** `lookAgain`: the bundle has to be gone through again, because an object of it is another one or is gone. */
  constructor(
    context: EngineContext,
    book: DriftBook,
    healer: Healer,
    onHealth: (member: Member) => void,
    lookAgain: (member: Member) => void,
  ) {
    this.#context = context
    this.#book = book
    this.#healer = healer
    this.#onHealth = onHealth
    this.#lookAgain = lookAgain
    this.#secondLooks = new SecondLooks(context.clock, (member) => this.left(member))
  }

  /** A live state arrived. `watched`: as an event, in contrast to a list after a gap. */
  live(member: Member, object: KubeObject, watched: boolean): void {
    if (member.busy) {
      member.waiting = watched ? { kind: 'object', object } : { kind: 'left' }
      return
    }
    const receipt = member.receipt
    const version = object.metadata.resourceVersion
    if (receipt === undefined || version === member.seen) return
    // Something newer was looked at while this waited for its turn, or our own write has overtaken it. A list is not
    // overtaken: it may be of a backup that was restored (incident 19), and the cluster says whether it is true.
    const written = object.metadata.uid === receipt.uid ? receipt.resourceVersion : undefined
    if ([member.seen, written].some((newer) => (compareRevisions(version, newer) ?? 0) < 0)) {
      if (!watched) this.left(member)
      return
    }
    const wait = waitBeforeLook(member, this.#context.clock.now())
    if (wait > 0) {
      member.waiting = { kind: 'object', object }
      this.#lookLater(member, wait)
      return
    }
    this.#look(member, object, watched)
  }

  /** The object left the watch: deleted, or its label is gone. Asks the cluster which. */
  left(member: Member): void {
    if (member.busy) {
      member.waiting = { kind: 'left' }
      return
    }
    if (member.receipt === undefined) return
    this.#chain(member, async () => {
      const { client, resourceOf } = this.#session()
      const resource = resourceOf(member)
      if (resource === undefined) return
      const { receipt, seen } = member
      const found = await client.get(resource, member.ref.namespace, member.ref.name).then(
        (object) => ({ object }),
        (error: unknown) => {
          if (isKubeFailure(error, 'unknown-kind')) return undefined
          throw error
        },
      )
      // Its kind went away: that is no difference of the object, and the definitions' own watch tells it.
      if (found === undefined) return
      const live = found.object
      // A write of ours went out meanwhile: its reply tells more than this answer.
      if (member.receipt !== receipt) return
      // An event was looked at meanwhile: this answer may be of before it, and nothing would put that right again.
      if (member.seen !== seen && !isNewer(live, member.seen)) {
        if (live === undefined) this.left(member)
        return
      }
      rebase(member, live)
      if (live === undefined) await this.#gone(member, undefined)
      else if (live.metadata.uid !== member.receipt?.uid) await this.#gone(member, live)
      else if (!member.busy) await this.#settle(member, live, true)
    })
  }

  /** A write of ours has ended: looks at what came meanwhile. */
  resume(member: Member): void {
    const waiting = member.waiting
    member.waiting = undefined
    if (waiting?.kind === 'object') this.live(member, waiting.object, true)
    else if (waiting?.kind === 'left') this.left(member)
  }

  /** Reads the object now and looks at it, whatever was seen before. */
  async check(member: Member): Promise<void> {
    member.seen = undefined
    member.takenUntil = 0
    this.left(member)
    await this.#chains.get(member.key)
  }

  /** Resolves when nothing that was seen is still being recorded. */
  async idle(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values())
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    this.#secondLooks.stop()
  }

  #session() {
    const session = this.#context.session()
    return {
      client: session.client,
      resourceOf: (member: Member) =>
        session.resourceOf(member.ref, member.apiVersion.slice(member.apiVersion.indexOf('/') + 1)),
    }
  }

  #lookLater(member: Member, ms: number): void {
    if (this.#timers.has(member.key)) return
    const timer = this.#context.clock.setTimeout(() => {
      this.#timers.delete(member.key)
      this.resume(member)
    }, ms)
    this.#timers.set(member.key, timer)
  }

  #look(member: Member, object: KubeObject, watched: boolean): void {
    member.seen = object.metadata.resourceVersion
    noteLook(member, this.#context.clock.now())
    const moment = this.#moment(member, watched)
    this.#noteHealth(member, object)
    if (object.metadata.uid !== member.receipt?.uid) {
      this.#chain(member, () => this.#gone(member, object, moment))
      return
    }
    const findings = this.#findings(member, object)
    if (findings.length === 0 && member.drift === undefined) {
      this.#recorded(member)
      return
    }
    this.#chain(member, () => this.#record(member, object, findings, moment))
  }

  #noteHealth(member: Member, object: KubeObject): void {
    tellProjection(this.#context.ports, member, object)
    const health = healthOf(object)
    if (health.status !== member.health || health.message !== (member.healthMessage ?? '')) {
      member.health = health.status
      member.healthMessage = health.message === '' ? undefined : health.message
      this.#onHealth(member)
    }
  }

  async #settle(member: Member, object: KubeObject, watched: boolean): Promise<void> {
    member.seen = object.metadata.resourceVersion
    this.#noteHealth(member, object)
    await this.#record(member, object, this.#findings(member, object), this.#moment(member, watched))
  }

  /** Now is when the member's state becomes known. */
  #moment(member: Member, watched: boolean): Moment {
    const since = member.knownAt
    member.knownAt = this.#context.clock.now()
    return { at: member.knownAt, watched, since }
  }

  #findings(member: Member, object: KubeObject): Finding[] {
    const receipt = member.receipt
    if (receipt === undefined) return []
    const hash = this.#context.ports.keys.hash64
    const assignment = this.#context.assignment(member.bundle)
    const found = compared(member, object, receipt, hash)
    if (assignment !== undefined && assignment.additions !== 'ignore') {
      found.push(...additionsIn(object, receipt, { manager: fieldManager }))
    }
    if (assignment === undefined || assignment.ignore.length === 0) return found
    return found.filter((finding) => !isIgnored(assignment.ignore, member.ref, formatPath(finding.path)))
  }

  async #record(member: Member, object: KubeObject, all: readonly Finding[], moment: Moment): Promise<void> {
    // Something newer was looked at, or a write of ours went out, while this waited for its turn.
    if (member.busy || member.orphaned || member.seen !== object.metadata.resourceVersion) return
    // Without an entry of ours, ownership tells nothing: only values count.
    const findings = all.filter((finding) => finding.class !== 'lost')
    const lost = findings.length < all.length && !member.observedOnly
    const uid = object.metadata.uid ?? ''
    const resourceVersion = object.metadata.resourceVersion
    await this.#book.settle(member, { findings, resourceVersion, uid, ...moment })
    this.#recorded(member)
    if (member.drift !== undefined) this.#healer.schedule(member)
    else if (lost) this.#healer.readopt(member)
  }

  /** The object is not there any more; `newcomer` stands under its name. */
  async #gone(
    member: Member,
    newcomer: KubeObject | undefined,
    moment = this.#moment(member, true),
  ): Promise<void> {
    const receipt = member.receipt
    if (receipt === undefined || member.busy) return
    if (member.orphaned) {
      this.#lookAgain(member)
      return
    }
    if (member.observedOnly && newcomer !== undefined) {
      member.receipt = undefined
      this.#lookAgain(member)
      return
    }
    const whole = {
      path: [],
      desired: undefined,
      holder: undefined,
      holderPath: undefined,
      coOwned: false,
    } as const
    const findings: Finding[] = [{ ...whole, class: 'missing', live: undefined }]
    if (newcomer !== undefined) {
      const holder = newcomer.metadata.managedFields?.find((entry) => entry.manager !== fieldManager)
      findings.push({
        ...whole,
        class: 'unmanaged',
        live: newcomer.metadata.uid,
        holder,
        holderPath: 'exact',
      })
    }
    member.seen = newcomer?.metadata.resourceVersion
    if (newcomer === undefined) tellProjection(this.#context.ports, member, undefined)
    member.health = 'NotFound'
    member.healthMessage = `${nameOf(member.ref)} is not in the cluster`
    this.#onHealth(member)
    const resourceVersion = newcomer?.metadata.resourceVersion
    await this.#book.settle(member, { findings, resourceVersion, uid: receipt.uid, ...moment })
    this.#recorded(member)
    if (member.drift !== undefined) this.#healer.schedule(member)
  }

  /** One thing at a time for an object, in the order in which it was seen. */
  #chain(member: Member, task: () => Promise<void>): void {
    const before = this.#chains.get(member.key) ?? Promise.resolve()
    const next = before.then(task).catch((error: unknown) => {
      this.#unrecorded(member, error)
    })
    this.#chains.set(member.key, next)
    void next.then(() => {
      if (this.#chains.get(member.key) === next) this.#chains.delete(member.key)
    })
  }

  /** What was seen is lost: until it was looked at again nothing is known of the member. */
  #unrecorded(member: Member, error: unknown): void {
    const what = `${nameOf(member.ref)}: cannot record what was seen`
    member.seen = undefined
    member.unrecorded = `${what}: ${reasonOf(error)}`
    this.#secondLooks.add(member)
    this.#onHealth(member)
    this.#context.unexpected(what, error)
  }

  #recorded(member: Member): void {
    if (member.unrecorded === undefined) return
    member.unrecorded = undefined
    this.#onHealth(member)
  }
}

/** What differs from the receipt. Most events change nothing that is ours: then one digest tells. */
function compared(member: Member, object: KubeObject, receipt: Receipt, hash: Hash64): Finding[] {
  const options = { manager: fieldManager, hash }
  const digest = ownDigest(object, receipt, options)
  if (member.agreed === digest) return []
  const found = compareLive(object, receipt, options)
  member.agreed = found.length === 0 ? digest : undefined
  return found
}

/** Whether a state is known to be of after the one that was last looked at. */
function isNewer(live: KubeObject | undefined, seen: string | undefined): boolean {
  return live !== undefined && (compareRevisions(live.metadata.resourceVersion, seen) ?? -1) > 0
}

/**
 * Where the server has now less than it answered to our last write, its history was rewritten: what comes is
 * ordered after this state from here on.
 */
function rebase(member: Member, live: KubeObject | undefined): void {
  const { receipt } = member
  const version = live?.metadata.resourceVersion
  if (receipt === undefined || version === undefined || live?.metadata.uid !== receipt.uid) return
  const order = compareRevisions(version, receipt.resourceVersion)
  if (order !== undefined && order < 0) member.receipt = { ...receipt, resourceVersion: version }
}
