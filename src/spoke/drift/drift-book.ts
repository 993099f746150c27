import {
  AuditIndex,
  type AuditMatch,
  type AuditRecord,
  type AuditTarget,
  attribute,
} from '../../core/attribution/index.ts'
import { causeSignature, type Finding } from '../../core/drift/index.ts'
import { formatPath, valueAtPath } from '../../core/fields/index.ts'
import { type DriftRecord, driftId, evidenceOf, isIgnored } from '../../core/ledger/index.ts'
import { nameOf } from '../../core/object/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import { fieldManager } from '../names.ts'
import type { Assignment } from '../ports.ts'
import { type Awaited, AwaitedAudit, isOpen } from './awaited-audit.ts'
import { EvidenceWriter } from './evidence-writer.ts'
import type { Fights } from './fights.ts'

/** What was seen of one member at one moment. */
export interface Observation {
  readonly findings: readonly Finding[]
  /** Of the live object that was looked at; undefined when it is gone. */
  readonly resourceVersion: string | undefined
  readonly uid: string
  /** When the event arrived, by the clock. */
  readonly at: number
  /** True when the engine was watching while it happened, false when it found it afterwards. */
  readonly watched: boolean
  /** When its state was last known before that, by the clock; undefined where it never was. */
  readonly since?: number
}

/**
 * Keeps a cluster's drift records true: opens them with their evidence, closes them, and names the person
 * once the audit record arrives, which is often after the event.
 */
export class DriftBook {
  readonly #context: EngineContext
  readonly #audit: AuditIndex | undefined
  readonly #fights: Fights
  readonly #writer: EvidenceWriter
  readonly #awaited = new AwaitedAudit()

  constructor(context: EngineContext, audit: AuditIndex | undefined, fights: Fights) {
    this.#context = context
    this.#audit = audit
    this.#fights = fights
    this.#writer = new EvidenceWriter(() => context.ports.journal)
  }

  /**
   * Makes the member's open records those of the observation. Resolves once they are durable: only then may
   * anything overwrite what they tell.
   */
  async settle(member: Member, observation: Observation): Promise<void> {
    const open = member.drift ?? new Map<string, DriftRecord>()
    const next = new Map<string, DriftRecord>()
    const changed: DriftRecord[] = []
    const wanted = await this.#desired(member, observation)
    for (const finding of observation.findings) {
      const path = formatPath(finding.path)
      const live = this.#evidence(member, finding.live)
      const known = [...open.values()].find(
        (record) => record.path === path && record.class === finding.class && record.live.hash === live.hash,
      )
      if (known !== undefined) {
        next.set(known.id, known)
        continue
      }
      const record = this.#open(
        member,
        { ...finding, desired: finding.desired ?? wanted(finding) },
        observation,
      )
      next.set(record.id, record)
      changed.push(record)
    }
    for (const record of open.values()) {
      if (!next.has(record.id)) changed.push(this.#closed(record, 'gone', observation.at))
    }
    if (changed.length === 0) return
    const stored = await this.save(changed)
    for (const [id, record] of next) next.set(id, this.#awaited.current(record))
    member.drift = next.size === 0 ? undefined : next
    this.#tell(member, stored)
  }

  /**
   * Makes records durable, in the order in which it was asked. Answers them as they are stored: with the person whom
   * an audit record named since they were read.
   */
  async save(records: readonly DriftRecord[]): Promise<DriftRecord[]> {
    const named = records.map((record) => this.#awaited.named(record))
    this.#awaited.asked(named)
    await this.#writer.save(named)
    return named
  }

  /**
   * The records of a member that a heal changed; not yet stored. `left` stay as they are; `futile` ones (by id,
   * with why) were changed back by the cluster itself, and are held.
   */
  healed(
    member: Member,
    at: number,
    left: ReadonlySet<string>,
    futile: ReadonlyMap<string, string> = new Map(),
  ): DriftRecord[] {
    return [...(member.drift?.values() ?? [])].flatMap((record) => {
      if (left.has(record.id)) return []
      const detail = futile.get(record.id)
      if (detail === undefined) return [this.#closed(record, 'healed', at)]
      const { healAt: _healAt, ...rest } = record
      return [{ ...rest, hold: { kind: 'admission' as const, since: new Date(at).toISOString(), detail } }]
    })
  }

  /** Stores records that somebody changed, and makes them the member's. */
  async replace(member: Member, records: readonly DriftRecord[]): Promise<void> {
    if (records.length === 0) return
    this.adopt(member, await this.save(records))
  }

  /** Closes what is open about a member that is not declared any more. */
  async release(member: Member): Promise<void> {
    const now = this.#context.clock.now()
    const closed = [...(member.drift?.values() ?? [])].map((record) => this.#closed(record, 'gone', now))
    const stored = await this.save(closed)
    member.drift = undefined
    this.#tell(member, stored)
  }

  /** Takes over records that are stored already: after a batch, and at the start. */
  adopt(member: Member, records: readonly DriftRecord[]): void {
    const open = new Map(member.drift ?? [])
    for (const record of records) {
      if (isOpen(record)) open.set(record.id, this.#awaited.current(record))
      else open.delete(record.id)
    }
    member.drift = open.size === 0 ? undefined : open
    this.#context.ports.reports.drift(records)
  }

  /** An audit record came in: differences that it explains get their person. Answers their open members. */
  async explain(audit: AuditRecord): Promise<Member[]> {
    this.#audit?.add(audit, this.#context.clock.now())
    const better: Awaited[] = []
    for (const awaited of this.#awaited.all()) {
      if (awaited.owed === true || this.#explained(audit, awaited)) better.push(awaited)
    }
    if (better.length === 0) return []
    // Known from here on, so that whatever is stored of these records meanwhile tells it too.
    const records = better.map(({ record }) => record)
    for (const { member, record } of better) {
      if (isOpen(record) && member.drift?.has(record.id) === true) member.drift.set(record.id, record)
    }
    try {
      await this.save(records)
    } catch (error) {
      for (const awaited of better) awaited.owed = true
      throw error
    }
    for (const awaited of better) awaited.owed = false
    this.#context.ports.reports.drift(records)
    return better.flatMap(({ member }) => (member.drift === undefined ? [] : [member]))
  }

  /** Times open records anew, after the rules for the member changed. */
  async retime(member: Member): Promise<void> {
    const now = this.#context.clock.now()
    const records = [...(member.drift?.values() ?? [])].map(({ healAt: _healAt, ...record }) =>
      record.hold === undefined ? this.#timed(member, record, now) : record,
    )
    await this.replace(member, records)
  }

  /** Whether an audit record tells more about a difference than was known; if so its record says so from now on. */
  #explained(audit: AuditRecord, awaited: Awaited): boolean {
    const { record, member, finding, observation } = awaited
    if (record.sure === 'exact') return false
    if (member.ref.name !== audit.target.name || member.ref.namespace !== audit.target.namespace) return false
    const match = this.#match(member, finding, observation)
    if (match === undefined && !this.#contests(audit, awaited)) return false
    const named = this.#retimed(member, record, this.#attributed(record, finding, observation, match))
    if (named.writer.person === record.writer.person && named.sure === record.sure) return false
    awaited.record = named
    return true
  }

  #open(member: Member, finding: Finding, observation: Observation): DriftRecord {
    const { name, ports, clock } = this.#context
    const at = new Date(observation.at).toISOString()
    const path = formatPath(finding.path)
    const desired = this.#evidence(member, finding.desired)
    const live = this.#evidence(member, finding.live)
    const id = driftId(
      {
        cluster: name,
        ref: member.ref,
        uid: observation.uid,
        path,
        class: finding.class,
        live: live.hash ?? '',
        occurrence: at,
      },
      ports.keys.hash128,
    )
    const cause = causeSignature(
      {
        bundle: member.bundle,
        ref: member.ref,
        path: finding.path,
        class: finding.class,
        desired: desired.hash,
        live: live.hash,
        manager: finding.holder?.manager,
      },
      ports.keys.hash64,
    )
    const bare: DriftRecord = {
      id,
      cluster: name,
      bundle: member.bundle,
      ref: member.ref,
      uid: observation.uid,
      path,
      desired,
      live,
      class: finding.class,
      writer: { kind: 'unknown' },
      sure: 'inferred',
      when: at,
      whenIsBound: true,
      firstSeen: at,
      lastSeen: at,
      cause,
      state: 'open',
    }
    const match = this.#match(member, finding, observation)
    const record = this.#timed(member, this.#attributed(bare, finding, observation, match), clock.now())
    if (this.#audit !== undefined) this.#awaited.add({ record, member, finding, observation })
    return record
  }

  #attributed(
    record: DriftRecord,
    finding: Finding,
    observation: Observation,
    audit: AuditMatch | undefined,
  ): DriftRecord {
    const found = attribute(finding, {
      observedAt: new Date(observation.at).toISOString(),
      watched: observation.watched,
      overrides: this.#context.overrides,
      ...(audit === undefined ? {} : { audit }),
    })
    const { sure, when, whenIsBound, ...writer } = found
    return { ...record, writer, sure, when, whenIsBound }
  }

  /** Adds when the difference will be healed, or why it will not be. */
  #timed(member: Member, record: DriftRecord, now: number): DriftRecord {
    const assignment = this.#context.assignment(member.bundle)
    if (assignment === undefined || !healsByItself(record, assignment)) return record
    const delay = this.#fights.delay(member.key, record.path, record.writer.manager, now)
    if (delay === undefined) {
      const detail = `${record.writer.manager ?? 'an unknown writer'} set it again after every heal`
      this.#context.emit({
        type: 'fight',
        bundle: member.bundle,
        key: member.key,
        message: `${nameOf(member.ref)}: ${record.path}: not healed any more: ${detail}`,
      })
      return { ...record, hold: { kind: 'fight', since: record.firstSeen, detail } }
    }
    const after = record.writer.kind === 'human' ? assignment.healAfter.people : assignment.healAfter.others
    const healAt = Math.max(Date.parse(record.firstSeen) + after, now + delay)
    return { ...record, healAt: new Date(healAt).toISOString() }
  }

  /** Knowing the person can change the kind of writer, and with it when the difference is healed. */
  #retimed(member: Member, before: DriftRecord, named: DriftRecord): DriftRecord {
    if (named.state !== 'open' || named.hold !== undefined) return named
    if (named.writer.kind === before.writer.kind) return named
    const { healAt: _healAt, ...rest } = named
    return this.#timed(member, rest, this.#context.clock.now())
  }

  #closed(record: DriftRecord, state: 'healed' | 'gone', at: number): DriftRecord {
    const { healAt: _healAt, hold: _hold, ...rest } = record
    const time = new Date(at).toISOString()
    return { ...rest, state, lastSeen: time, ...(state === 'healed' ? { healedAt: time } : {}) }
  }

  /** True when this record fits another person than the one who was named by time alone: then nobody is. */
  #contests(audit: AuditRecord, { record, member, finding, observation }: Awaited): boolean {
    const { person } = record.writer
    if (person === undefined || person === audit.user) return false
    const alone = new AuditIndex(fieldManager)
    alone.add(audit)
    return this.#match(member, finding, observation, alone) !== undefined
  }

  #match(
    member: Member,
    finding: Finding,
    observation: Observation,
    index = this.#audit,
  ): AuditMatch | undefined {
    const target = index === undefined ? undefined : this.#target(member)
    if (target === undefined) return undefined
    return index?.find({
      ref: target,
      around: observation.at,
      ...(observation.since === undefined ? {} : { since: observation.since }),
      ...(observation.resourceVersion === undefined ? {} : { resourceVersion: observation.resourceVersion }),
      ...(finding.class === 'missing' ? { uid: observation.uid } : {}),
      ...(finding.holder?.manager === undefined ? {} : { manager: finding.holder.manager }),
    })
  }

  #target(member: Member): AuditTarget | undefined {
    const resource = this.#context.session().resourceOf(member.ref)
    if (resource === undefined) return undefined
    const { group, namespace, name } = member.ref
    return { group, resource: resource.plural, namespace, name }
  }

  #evidence(member: Member, value: Finding['live']) {
    const secret = member.ref.kind === 'Secret' && member.ref.group === ''
    return evidenceOf(value, { secret, keyedHash: this.#context.ports.keys.hash128 })
  }

  /** Desired values by path, read from the rendering only where there is something to tell. */
  async #desired(
    member: Member,
    observation: Observation,
  ): Promise<(finding: Finding) => Finding['desired']> {
    if (observation.findings.length === 0) return () => undefined
    const content = await this.#context.content(member.variant).catch(() => undefined)
    const object = content?.objects[member.index]?.object
    if (object === undefined) return () => undefined
    return (finding) => valueAtPath(object, finding.path)
  }

  #tell(member: Member, records: readonly DriftRecord[]): void {
    this.#context.ports.reports.drift(records)
    for (const record of records) {
      const what = record.path === '' ? nameOf(member.ref) : `${nameOf(member.ref)}: ${record.path}`
      const by = record.writer.person ?? record.writer.manager ?? 'unknown'
      const accepted = isIgnored(
        this.#context.assignment(member.bundle)?.ignore ?? [],
        record.ref,
        record.path,
      )
      const over = member.orphaned
        ? 'is not declared any more'
        : accepted
          ? 'is accepted by a rule of the bundle'
          : 'is as declared again'
      const message = record.state === 'gone' ? `${what} ${over}` : `${what}: ${record.class} by ${by}`
      const type = record.state === 'gone' ? 'gone' : 'drift'
      this.#context.emit({ type, bundle: member.bundle, key: member.key, message })
    }
  }
}

function healsByItself(record: DriftRecord, assignment: Assignment): boolean {
  if (assignment.mode !== 'enforce' || record.class === 'unmanaged') return false
  return record.class !== 'addition' || assignment.additions === 'prune'
}
