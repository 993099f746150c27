import { encodeReceipt, type ManifestNote, manifestNotes } from '../../core/drift/index.ts'
import { Failure, reasonOf } from '../../core/failure.ts'
import { conflictText, formatPath, pathOfKey } from '../../core/fields/index.ts'
import { healthOf } from '../../core/health/index.ts'
import { canonicalJson, type Json, type KubeObject, nameOf } from '../../core/object/index.ts'
import { wavesOf } from '../../core/waves/index.ts'
import { isKubeFailure, type KubeFailure, type Reply } from '../../kube/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import { adoptFields, foldLeftovers } from '../adopt/index.ts'
import { accept, type DriftBook, type Observer, receiptFrom } from '../drift/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { SpokeFailure } from '../failure.ts'
import type { Member } from '../members/index.ts'
import { fieldManager } from '../names.ts'
import type { Assignment, StoredReceipt } from '../ports.ts'
import type { Session } from '../session/index.ts'
import type { Wanted } from './resolve.ts'

/** One object to be written. `live` is what is adopted. */
export interface Write {
  readonly action: 'create' | 'configure' | 'adopt'
  readonly wanted: Wanted
  readonly live?: KubeObject
}

export interface Written {
  readonly applied: readonly Member[]
  readonly failed: readonly { readonly wanted: Wanted; readonly failure: Failure }[]
}

/** Enough that the server is not left without work while replies are taken in; as shipped it takes 200 changes at once. */
const parallelApplies = 30
/** So many receipts are kept at once: a thousand clusters that write a thousand objects each keep no more. */
const receiptsAtOnce = 200
const pollMs = 100
const mostNotes = 5
const longestNote = 80

/** What the writing needs besides the context. */
export interface Writer {
  readonly context: EngineContext
  readonly observer: Observer
  readonly book: DriftBook
}

/**
 * Writes objects in waves (engine §5). What fails is named and does not hold the others up, except that later
 * waves of a kind that never became ready fail by themselves. Receipts of a wave are durable when it ends.
 */
export async function applyWanted(
  writer: Writer,
  session: Session,
  assignment: Assignment,
  writes: readonly Write[],
): Promise<Written> {
  const byObject = new Map<KubeObject, Write>(writes.map((write) => [write.wanted.target.object, write]))
  const { journal } = writer.context.ports
  const applied: Member[] = []
  const failed: { wanted: Wanted; failure: Failure }[] = []
  for (const wave of wavesOf([...byObject.keys()])) {
    const batch = wave.flatMap((object) => byObject.get(object) ?? [])
    const receipts: StoredReceipt[] = []
    const left = new Map<Member, ReadonlySet<string>>()
    try {
      await eachLimited(batch, parallelApplies, async (write) => {
        writer.context.assertWanted(assignment)
        const member = memberOf(writer.context, assignment, write.wanted)
        member.busy = true
        try {
          const reply = await send(writer, session, write, member)
          const { object } = write.wanted.target
          const schema = await session.schemas.schemaOf(object.apiVersion, object.kind)
          const receipt = receiptFrom(writer.context, reply, schema, write.wanted.content.hash)
          settleMember(writer.context, assignment, member, write.wanted)
          const stay = accept(writer.context, member, receipt, reply)
          if (stay.size > 0) left.set(member, stay)
          noteDifferences(writer.context, member, manifestNotes(object, reply.object, schema.type))
          member.trouble = undefined
          receipts.push({ key: member.key, bundle: member.bundle, receipt: encodeReceipt(receipt) })
          applied.push(member)
        } catch (error) {
          const failure = asFailure(error, write.wanted)
          member.trouble = { code: failure.code, message: textOf(failure) }
          failed.push({ wanted: write.wanted, failure })
        } finally {
          member.busy = false
        }
        if (receipts.length >= receiptsAtOnce) await journal.saveReceipts(receipts.splice(0))
      })
    } finally {
      // What was written before the rest was stopped was written.
      if (receipts.length > 0) await journal.saveReceipts(receipts)
    }
    for (const write of batch) {
      const member = writer.context.members.get(write.wanted.key)
      if (member === undefined) continue
      if (member.drift !== undefined && member.trouble === undefined) {
        const now = writer.context.clock.now()
        await writer.book.replace(member, writer.book.healed(member, now, left.get(member) ?? new Set()))
      }
      writer.observer.resume(member)
    }
    failed.push(...(await untilReady(writer.context, session, assignment, batch, failed)))
  }
  return { applied, failed }
}

/** Sends one object and answers the reply that its receipt is made from. */
async function send(writer: Writer, session: Session, write: Write, member: Member): Promise<Reply> {
  const { target } = write.wanted
  if (write.action === 'adopt' && write.live !== undefined) {
    return await adoptFields(session, target, write.live, [])
  }
  const apply = async (force: boolean): Promise<Reply> =>
    await session.client.apply(target.resource, target.object, { manager: fieldManager, force })
  try {
    return await foldLeftovers(session, target, await apply(false))
  } catch (error) {
    if (!isKubeFailure(error, 'apply-conflict')) throw error
    refuseForeignFields(error, write.wanted, member)
    // Everything in conflict was ours before: its evidence is stored, then it is taken back.
    member.busy = false
    await writer.observer.check(member)
    member.busy = true
    return await foldLeftovers(session, target, await apply(true))
  }
}

/** Force is for fields of the receipt alone (engine §5); any other conflict is a refusal that names the owner. */
function refuseForeignFields(conflict: KubeFailure, wanted: Wanted, member: Member): void {
  const own = new Set((member.receipt?.own.paths.keys ?? []).map((key) => conflictText(pathOfKey(key))))
  const foreign = conflict.conflicts.filter(({ path }) => !own.has(path))
  if (foreign.length === 0) return
  const name = nameOf(wanted.target.ref)
  const fields = foreign.map(({ path, manager }) => `${path.replace(/^\./, '')}: owned by "${manager}"`)
  throw new SpokeFailure('fields-owned', `${name}: cannot apply ${fields.join(', ')}`, {
    subject: name,
    hint: 'remove the field from the bundle, or let its owner give it up',
    details: foreign.map(({ path, manager }) => ({ where: path, message: `owned by "${manager}"` })),
  })
}

/** What the server answered differently from how it was sent: told once, with the apply; no drift (engine §3). */
function noteDifferences(context: EngineContext, member: Member, notes: readonly ManifestNote[]): void {
  if (notes.length === 0) return
  const secret = member.ref.kind === 'Secret' && member.ref.group === ''
  const texts = notes.slice(0, mostNotes).map(({ path, manifest, reply }) => {
    if (secret) return formatPath(path)
    const kept = reply === undefined ? 'drops it' : `keeps ${shortText(reply)}`
    return `${formatPath(path)}: sent ${shortText(manifest)}, the cluster ${kept}`
  })
  const more = notes.length > mostNotes ? `; and ${notes.length - mostNotes} more` : ''
  const message = `${nameOf(member.ref)}: applied with other values than sent: ${texts.join('; ')}${more}`
  context.emit({ type: 'noted', bundle: member.bundle, key: member.key, message })
}

function shortText(value: Json): string {
  const text = canonicalJson(value)
  return text.length <= longestNote ? text : `${text.slice(0, longestNote)}…`
}

function memberOf(context: EngineContext, assignment: Assignment, wanted: Wanted): Member {
  return context.members.ensure(wanted.target.ref, {
    apiVersion: wanted.target.object.apiVersion,
    bundle: assignment.bundle,
    variant: assignment.variant,
    index: wanted.index,
    hash: wanted.content.hash,
  })
}

/** The member now stands for this object of this rendering. */
export function settleMember(
  context: EngineContext,
  assignment: Assignment,
  member: Member,
  wanted: Wanted,
): void {
  if (member.bundle !== assignment.bundle) context.members.transfer(member, assignment.bundle)
  member.apiVersion = wanted.target.object.apiVersion
  member.variant = assignment.variant
  member.index = wanted.index
  member.hash = wanted.content.hash
}

/** Waits until the definitions and namespaces of a wave can be used; what cannot in time is a failure. */
async function untilReady(
  context: EngineContext,
  session: Session,
  assignment: Assignment,
  batch: readonly Write[],
  failed: readonly { wanted: Wanted }[],
): Promise<{ wanted: Wanted; failure: Failure }[]> {
  const awaited = batch.filter(
    ({ wanted }) =>
      ['CustomResourceDefinition', 'Namespace'].includes(wanted.target.ref.kind) &&
      !failed.some((one) => one.wanted === wanted),
  )
  const deadline = context.clock.now() + assignment.waveTimeout
  const late: { wanted: Wanted; failure: Failure }[] = []
  for (const { wanted } of awaited) {
    const { resource, ref } = wanted.target
    for (;;) {
      const member = context.members.get(wanted.key)
      if (member?.health === 'Current') break
      const live = await session.client.get(resource, ref.namespace, ref.name)
      const health = live === undefined ? undefined : healthOf(live)
      if (member !== undefined && health !== undefined) member.health = health.status
      if (health?.status === 'Current') break
      if (context.clock.now() >= deadline) {
        const message = `${nameOf(ref)}: not ready after ${assignment.waveTimeout / 1000} s: ${health?.message ?? 'gone'}`
        late.push({ wanted, failure: new SpokeFailure('wave-timeout', message, { retryable: true }) })
        break
      }
      context.assertWanted(assignment)
      await context.clock.sleep(pollMs)
    }
  }
  if (awaited.some(({ wanted }) => wanted.target.ref.kind === 'CustomResourceDefinition'))
    await session.rediscover()
  return late
}

function asFailure(error: unknown, wanted: Wanted): Failure {
  if (error instanceof Failure) return error
  return new Failure('bug', `${nameOf(wanted.target.ref)}: cannot apply: ${reasonOf(error)}`, {
    cause: error,
  })
}

/** A failure in one line, with the parts that the server named. */
export function textOf(failure: Failure): string {
  const details = failure.details.map((detail) => `${detail.where}: ${detail.message}`)
  const missing = details.filter((detail) => !failure.message.includes(detail))
  return missing.length === 0 ? failure.message : `${failure.message} (${missing.join('; ')})`
}
