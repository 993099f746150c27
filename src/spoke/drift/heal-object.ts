import { encodeReceipt, type EncodedReceipt, type Receipt, receiptOf } from '../../core/drift/index.ts'
import { formatPath, pathOfKey, valueAtPath } from '../../core/fields/index.ts'
import { ownedByAnotherTool } from '../../core/inventory/index.ts'
import type { Hold } from '../../core/ledger/index.ts'
import { canonicalJson, type KubeObject } from '../../core/object/index.ts'
import { isKubeFailure, type Reply } from '../../kube/index.ts'
import { foldLeftovers, pruneAdditions } from '../adopt/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import { asMember, fieldManager } from '../names.ts'
import type { KindSchema, Session, Target } from '../session/index.ts'

/** What came of one heal. `replaced`: the object was made anew and has another uid. */
export type HealOutcome =
  | {
      readonly kind: 'healed'
      readonly changed: boolean
      readonly replaced: boolean
      readonly receipt: EncodedReceipt
    }
  | { readonly kind: 'held'; readonly hold: Hold['kind']; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * Sends the complete desired object by forced apply. Force is safe here: everything that is sent is in the
 * receipt (engine §5), because the rendering is the one that was applied. The caller has stored the evidence
 * and fenced the batch.
 */
export async function healObject(context: EngineContext, member: Member): Promise<HealOutcome> {
  try {
    const { target, schema, session, hash } = await prepare(context, member)
    const records = [...(member.drift?.values() ?? [])]
    if (records.some((record) => record.class === 'unmanaged')) {
      const live = await session.client.get(target.resource, target.ref.namespace, target.ref.name)
      const owner = live === undefined ? undefined : ownedByAnotherTool(live)
      if (owner !== undefined) {
        return { kind: 'held', hold: 'other-owner', message: `${owner.tool} keeps the object: ${owner.name}` }
      }
    }
    if (records.length > 0 && records.every((record) => record.class === 'silent')) {
      const futile = await admissionWins(session, member, target)
      if (futile !== undefined) return { kind: 'held', hold: 'admission', message: futile }
    }
    if (records.some((record) => record.class === 'addition')) {
      await pruneAdditions(session, target, member.receipt)
    }
    const sent = await session.client.apply(target.resource, target.object, {
      manager: fieldManager,
      force: true,
    })
    const reply = await foldLeftovers(session, target, sent)
    const before = member.receipt
    const receipt = receiptFrom(context, reply, schema, hash)
    const refused = before === undefined ? undefined : unlike(before, receipt, member)
    accept(context, member, receipt, reply)
    if (refused !== undefined) {
      return { kind: 'held', hold: 'admission', message: `the cluster changes ${refused} when it is written` }
    }
    return {
      kind: 'healed',
      changed: reply.object.metadata.resourceVersion !== before?.resourceVersion,
      replaced: before !== undefined && before.uid !== receipt.uid,
      receipt: encodeReceipt(receipt),
    }
  } catch (error) {
    if (isKubeFailure(error, 'invalid', 'forbidden')) {
      return { kind: 'held', hold: 'rejected', message: described(error.message, error.details) }
    }
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
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
  return { live, after: object }
}

async function prepare(
  context: EngineContext,
  member: Member,
): Promise<{ target: Target; schema: KindSchema; session: Session; hash: string }> {
  const session = context.session()
  const content = await context.content(member.variant)
  const desired = content.objects[member.index]
  if (desired === undefined) throw new Error(`rendering ${member.variant} has no object ${member.index}`)
  const target = session.targetOf(asMember(desired.object, member.bundle, context.applySet(member.bundle).id))
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

/** The member now stands as the reply says. */
export function accept(context: EngineContext, member: Member, receipt: Receipt, reply: Reply): void {
  member.receipt = receipt
  member.observedOnly = false
  member.seen = reply.object.metadata.resourceVersion
  // The next difference is a new one: it must not wait for the end of the last one's second.
  member.lookedAt = 0
  context.members.inventory(member.bundle).set(member.key, {
    ref: member.ref,
    apiVersion: member.apiVersion,
    uid: receipt.uid,
  })
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

/** The first drifted path whose value in the new reply is not the one of the old receipt. */
function unlike(before: Receipt, after: Receipt, member: Member): string | undefined {
  if (before.manifestHash !== after.manifestHash) return undefined
  const old = new Map(before.own.paths.keys.map((key, i) => [key, before.own.hashes[i]]))
  const drifted = new Set([...(member.drift?.values() ?? [])].map((record) => record.path))
  for (const [i, key] of after.own.paths.keys.entries()) {
    const was = old.get(key)
    if (was === undefined || was === after.own.hashes[i]) continue
    const path = formatPath(pathOfKey(key))
    if (drifted.has(path)) return path
  }
  return undefined
}

function described(message: string, details: readonly { where: string; message: string }[]): string {
  if (details.length === 0) return message
  return `${message} (${details.map((detail) => `${detail.where}: ${detail.message}`).join('; ')})`
}

/**
 * Makes a member's receipt anew by a dry-run, after the types of its kind changed: what an apply would answer
 * now, with the identity of the live object. Nothing is written.
 */
export async function renewReceipt(context: EngineContext, member: Member): Promise<void> {
  const { target, schema, session, hash } = await prepare(context, member)
  const options = { manager: fieldManager, force: true, dryRun: true }
  const reply = await session.client.apply(target.resource, target.object, options)
  const receipt = receiptFrom(context, reply, schema, hash)
  await context.ports.journal.saveReceipts([
    { key: member.key, bundle: member.bundle, receipt: encodeReceipt(receipt) },
  ])
  member.receipt = receipt
}
