import {
  additionsIn,
  hashAt,
  encodeReceipt,
  type EncodedReceipt,
  keepingHashes,
  type Receipt,
  receiptOf,
} from '../../core/drift/index.ts'
import { editAtPath, formatPath, pathOfKey, valueAtPath } from '../../core/fields/index.ts'
import { healthOf } from '../../core/health/index.ts'
import { ownedByAnotherTool } from '../../core/inventory/index.ts'
import type { DriftRecord, Hold } from '../../core/ledger/index.ts'
import { asJson, canonicalJson, type KubeObject } from '../../core/object/index.ts'
import { isKubeFailure, type Reply } from '../../kube/index.ts'
import { additionsToPrune, adoptFields, foldLeftovers, pruneAdditions } from '../adopt/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { type Member, tellProjection } from '../members/index.ts'
import { asMember, fieldManager, partOfLabel } from '../names.ts'
import { keepingPaths, type NotDue, notDue, withoutPaths } from './not-due.ts'
import type { KindSchema, Session, Target } from '../session/index.ts'

/** What came of one heal. */
export type HealOutcome =
  | {
      readonly kind: 'healed'
      readonly changed: boolean
      /** The object was made anew and has another uid. */
      readonly replaced: boolean
      /** False where nothing was healed: the cluster changed all of it back. */
      readonly any: boolean
      readonly receipt: EncodedReceipt
      /** Ids of the records that stay as they were: additions that are only reported, and what is not due. */
      readonly left: ReadonlySet<string>
      /** By record id, what the cluster changed again in the very write that healed the rest, and why. */
      readonly futile: ReadonlyMap<string, string>
    }
  | { readonly kind: 'held'; readonly hold: Hold['kind']; readonly message: string }
  /** The object is not the one that the records tell of: it has to be looked at before anything is written. */
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * Sends the complete desired object by forced apply. Force is safe here: everything that is sent is in the
 * receipt (engine §5), because the rendering is the one that was applied, and the uid goes along, so that
 * no other object is meant (engine F16g). The caller has stored the evidence and fenced the batch.
 * `ordered`: a person asked for it; then additions go too that the bundle only reports. `acting`: their own session, in
 * which they may be refused what our account may: that is told, and holds nothing.
 */
export async function healObject(
  context: EngineContext,
  member: Member,
  { ordered, acting }: { readonly ordered: boolean; readonly acting: Session | undefined },
): Promise<HealOutcome> {
  try {
    const { target, schema, session, hash } = await prepare(context, member, acting)
    const records = [...(member.drift?.values() ?? [])]
    const expected = await expectedObject(session, member, target, records)
    if (expected.kind !== 'object') return expected
    const assignment = context.assignment(member.bundle)
    const prunes = ordered || assignment?.additions === 'prune'
    const meant = records.filter((record) => prunes || record.class !== 'addition')
    if (meant.length > 0 && meant.every((record) => record.class === 'silent')) {
      const futile = await admissionWins(session, member, target)
      if (futile !== undefined) return { kind: 'held', hold: 'admission', message: futile }
    }
    if (meant.some((record) => record.class === 'addition')) {
      await pruneAdditions(session, target, member.receipt, assignment?.ignore ?? [])
    }
    const before = member.receipt
    const kept = ordered ? nothing : notDue(records, before, context.clock.now())
    const reply = await sendHeal(session, leaving(target, kept), expected)
    const sent = receiptFrom(context, reply, schema, hash)
    const answered = before === undefined ? sent : keepingPaths(sent, before, kept.paths)
    const again = before === undefined ? [] : changedAgain(before, answered, member)
    const receipt = before === undefined ? answered : keepingHashes(answered, before, again)
    const futile = futileRecords(records, again)
    const left = accept(context, member, receipt, reply).union(kept.ids)
    return {
      kind: 'healed',
      changed: reply.object.metadata.resourceVersion !== before?.resourceVersion,
      replaced: before !== undefined && before.uid !== receipt.uid,
      receipt: encodeReceipt(receipt),
      any: left.size + futile.size < records.length || futile.size === 0,
      left,
      futile,
    }
  } catch (error) {
    if (isKubeFailure(error, 'conflict', 'apply-conflict', 'already-exists') || isOtherObject(error)) {
      return { kind: 'stale', message: error instanceof Error ? error.message : String(error) }
    }
    if (acting !== undefined && isKubeFailure(error, 'forbidden')) {
      const why = 'it was asked for in their name, because this account may impersonate them'
      return { kind: 'failed', message: `${error.message} (${why})` }
    }
    if (isKubeFailure(error, 'invalid', 'forbidden')) {
      return { kind: 'held', hold: 'rejected', message: described(error.message, error.details) }
    }
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

const nothing: NotDue = { ids: new Set(), paths: [] }

function leaving(target: Target, kept: NotDue): Target {
  return kept.paths.length === 0 ? target : { ...target, object: withoutPaths(target.object, kept.paths) }
}

async function sendHeal(session: Session, target: Target, expected: Expected): Promise<Reply> {
  // What somebody made anew is taken over whole: else they would co-own every field, defaults included.
  if (expected.newcomer !== undefined) {
    const meant = { ...target, object: withUid(target.object, expected.newcomer.metadata.uid) }
    return await adoptFields(session, meant, expected.newcomer, [])
  }
  const { uid } = expected
  const sent = await session.client.apply(target.resource, withUid(target.object, uid), {
    manager: fieldManager,
    // Where nothing stood, nothing can be in the way; if there is something, it came in between.
    force: uid !== undefined,
  })
  return await foldLeftovers(session, target, sent)
}

/** What stands where a heal goes: the object that the records tell of, a recorded newcomer, or nothing. */
interface Expected {
  readonly kind: 'object'
  readonly uid?: string
  readonly newcomer?: KubeObject
}

/**
 * The object that a heal means: the one of the receipt, the newcomer that is recorded as unmanaged, or none
 * where it is recorded as missing. What stands there otherwise has to be recorded first.
 */
async function expectedObject(
  session: Session,
  member: Member,
  target: Target,
  records: readonly DriftRecord[],
): Promise<Expected | HealOutcome> {
  const whole = records.filter((record) => record.class === 'missing' || record.class === 'unmanaged')
  const known = member.receipt?.uid
  if (whole.length === 0) return known === undefined ? { kind: 'object' } : { kind: 'object', uid: known }
  const live = await session.client.get(target.resource, target.ref.namespace, target.ref.name)
  if (live === undefined) return { kind: 'object' }
  const owner = ownedByAnotherTool(live, target.object.metadata.labels?.[partOfLabel])
  if (owner !== undefined) {
    return { kind: 'held', hold: 'other-owner', message: `${owner.tool} keeps the object: ${owner.name}` }
  }
  const uid = live.metadata.uid
  const recorded = whole.some(
    (record) => record.class === 'unmanaged' && record.live.text === JSON.stringify(uid),
  )
  if (recorded) return { kind: 'object', newcomer: live }
  return { kind: 'stale', message: 'another object stands under its name now' }
}

function withUid(object: KubeObject, uid: string | undefined): KubeObject {
  return uid === undefined ? object : { ...object, metadata: { ...object.metadata, uid } }
}

/** The server's refusal of a uid that is not the live object's. */
function isOtherObject(error: unknown): boolean {
  return isKubeFailure(error, 'invalid') && error.details.some(({ where }) => where === 'metadata.uid')
}

/** What a heal would do, by a dry-run: the object now and the object after it. */
export async function previewHealObject(
  context: EngineContext,
  member: Member,
): Promise<{ live: KubeObject | undefined; after: KubeObject }> {
  const { target, session } = await prepare(context, member)
  const live = await session.client.get(target.resource, target.ref.namespace, target.ref.name)
  const options = { manager: fieldManager, force: true, dryRun: true }
  const { object } = await session.client.apply(target.resource, target.object, options)
  // A heal that a person asks for prunes recorded additions too, which no dry-run of an apply can show.
  const prunes = [...(member.drift?.values() ?? [])].some((record) => record.class === 'addition')
  if (live === undefined || member.receipt === undefined || !prunes) return { live, after: object }
  const ignore = context.assignment(member.bundle)?.ignore ?? []
  let after = asJson(object)
  for (const path of additionsToPrune(live, member.receipt, ignore).members())
    after = editAtPath(after, path, undefined)
  return { live, after: after as unknown as KubeObject }
}

async function prepare(
  context: EngineContext,
  member: Member,
  acting?: Session,
): Promise<{ target: Target; schema: KindSchema; session: Session; hash: string }> {
  const session = acting ?? context.session()
  const content = await context.content(member.variant)
  const desired = content.objects[member.index]
  if (desired === undefined) throw new Error(`rendering ${member.variant} has no object ${member.index}`)
  // It stands where it was applied, whatever namespace the bundle is for by now.
  const labelled = asMember(desired.object, member.bundle, context.applySet(member.bundle).id)
  const target = session.targetOf(labelled, member.ref.namespace)
  if (target instanceof Error) throw target
  const schema = await session.schemas.schemaOf(member.apiVersion, member.ref.kind)
  return { target, schema, session, hash: desired.hash }
}

/** Makes the receipt of a reply. */
export function receiptFrom(
  context: EngineContext,
  reply: Reply,
  schema: KindSchema,
  manifestHash: string,
): Receipt {
  return receiptOf(reply.object, {
    manager: fieldManager,
    type: schema.type,
    schemaHash: schema.hash,
    manifestHash,
    hash: context.ports.keys.hash64,
  })
}

/**
 * The member now stands as the reply says. Answers the ids of records that a reply to an apply does not end:
 * additions that are still there. Additions that nobody has recorded yet are looked at when the write has ended.
 */
export function accept(context: EngineContext, member: Member, receipt: Receipt, reply: Reply): Set<string> {
  member.receipt = receipt
  member.observedOnly = false
  member.seen = reply.object.metadata.resourceVersion
  // The next difference is a new one: it must not wait for the looks at the last one.
  member.takenUntil = 0
  member.knownAt = context.clock.now()
  tellProjection(context.ports, member, reply.object)
  const health = healthOf(reply.object)
  member.health = health.status
  member.healthMessage = health.message === '' ? undefined : health.message
  context.members.inventory(member.bundle).set(member.key, {
    ref: member.ref,
    apiVersion: member.apiVersion,
    uid: receipt.uid,
  })
  const records = [...(member.drift?.values() ?? [])].filter((record) => record.class === 'addition')
  const additions = additionsIn(reply.object, receipt, { manager: fieldManager })
  const there = new Set(additions.map((finding) => formatPath(finding.path)))
  const left = records.filter(({ path }) => there.has(path))
  if (left.length < there.size && context.assignment(member.bundle)?.additions !== 'ignore') {
    member.seen = undefined
    member.waiting ??= { kind: 'left' }
  }
  return new Set(left.map(({ id }) => id))
}

/** Why a silent difference cannot be healed: the server would make it again (engine §3, dry-run first). */
async function admissionWins(session: Session, member: Member, target: Target): Promise<string | undefined> {
  const live = await session.client.get(target.resource, target.ref.namespace, target.ref.name)
  if (live === undefined) return undefined
  const options = { manager: fieldManager, force: true, dryRun: true }
  const { object } = await session.client.apply(target.resource, target.object, options)
  const same = differing(live, object, member.receipt)
  if (same) return undefined
  return 'mutated by admission: the cluster sets this value on every write, also on ours'
}

/** True when a dry-run would change at least one field that we own. */
function differing(live: KubeObject, after: KubeObject, receipt: Receipt | undefined): boolean {
  for (const key of receipt?.own.paths.keys ?? []) {
    const path = pathOfKey(key)
    const a = valueAtPath(live, path)
    const b = valueAtPath(after, path)
    if (a === undefined || b === undefined ? a !== b : canonicalJson(a) !== canonicalJson(b)) return true
  }
  return false
}

/** `pathKey` of the drifted paths whose values in the new reply are not those of the old receipt. */
function changedAgain(before: Receipt, after: Receipt, member: Member): string[] {
  if (before.manifestHash !== after.manifestHash) return []
  const old = new Map(before.own.paths.keys.map((key, i) => [key, hashAt(before.own.hashes, i)]))
  const drifted = new Set([...(member.drift?.values() ?? [])].map((record) => record.path))
  return after.own.paths.keys.filter((key, i) => {
    const was = old.get(key)
    if (was === undefined || was === hashAt(after.own.hashes, i)) return false
    return drifted.has(formatPath(pathOfKey(key)))
  })
}

function futileRecords(records: readonly DriftRecord[], again: readonly string[]): Map<string, string> {
  const paths = new Set(again.map((key) => formatPath(pathOfKey(key))))
  const detail = 'mutated by admission: the cluster changes this value when it is written'
  return new Map(records.filter(({ path }) => paths.has(path)).map(({ id }) => [id, detail]))
}

function described(message: string, details: readonly { where: string; message: string }[]): string {
  if (details.length === 0) return message
  return `${message} (${details.map((detail) => `${detail.where}: ${detail.message}`).join('; ')})`
}

/**
 * Makes a member's receipt anew by a dry-run, after the types of its kind changed: what an apply would answer
 * now, with the identity of the live object. Nothing is written. A write of ours that goes out meanwhile makes its own.
 */
export async function renewReceipt(context: EngineContext, member: Member): Promise<void> {
  const before = member.receipt
  const { target, schema, session, hash } = await prepare(context, member)
  const options = { manager: fieldManager, force: true, dryRun: true }
  const reply = await session.client.apply(target.resource, target.object, options)
  if (member.busy || member.receipt !== before) return
  const receipt = receiptFrom(context, reply, schema, hash)
  await context.ports.journal.saveReceipts([
    { key: member.key, bundle: member.bundle, receipt: encodeReceipt(receipt) },
  ])
  if (member.receipt === before) member.receipt = receipt
}
