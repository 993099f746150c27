import { compareLive, encodeReceipt } from '../../core/drift/index.ts'
import type { KubeObject } from '../../core/object/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import { receiptFrom } from '../drift/index.ts'
import { fieldManager } from '../names.ts'
import type { Assignment, StoredReceipt } from '../ports.ts'
import type { Session } from '../session/index.ts'
import { settleMember, type Write, type Writer } from './apply-wanted.ts'
import type { Wanted } from './resolve.ts'

const parallelDryRuns = 16

/**
 * Receipts for objects that are ours and whose receipt is lost: what an apply would answer, by a dry-run,
 * without a write (engine §3). What only Git has changed since comes back as a write; what somebody else has
 * changed is left to the observer, so that it is seen and named before anything overwrites it.
 */
export async function rebuildReceipts(
  writer: Writer,
  session: Session,
  assignment: Assignment,
  ours: readonly { readonly wanted: Wanted; readonly live: KubeObject }[],
): Promise<Write[]> {
  const { context, observer } = writer
  const writes: Write[] = []
  const receipts: StoredReceipt[] = []
  await eachLimited(ours, parallelDryRuns, async ({ wanted, live }) => {
    const { resource, object, ref } = wanted.target
    const schema = await session.schemas.schemaOf(object.apiVersion, object.kind)
    const reply = await session.client.apply(resource, object, {
      manager: fieldManager,
      force: true,
      dryRun: true,
    })
    const receipt = receiptFrom(context, reply, schema, wanted.content.hash)
    const findings = compareLive(live, receipt, { manager: fieldManager, hash: context.ports.keys.hash64 })
    const stolen = findings.some(
      ({ class: what, holder }) => what === 'taken' || (what === 'removed' && holder !== undefined),
    )
    if (findings.length > 0 && !stolen) {
      writes.push({ action: 'configure', wanted })
      return
    }
    const member = context.members.ensure(ref, {
      apiVersion: object.apiVersion,
      bundle: assignment.bundle,
      variant: assignment.variant,
      index: wanted.index,
      hash: wanted.content.hash,
    })
    settleMember(context, assignment, member, wanted)
    member.receipt = receipt
    member.observedOnly = false
    member.seen = undefined
    // The uid comes with the record in the cluster (`recordUids`).
    const inventory = context.members.inventory(assignment.bundle)
    if (!inventory.has(member.key))
      inventory.set(member.key, { ref, apiVersion: object.apiVersion, uid: undefined })
    receipts.push({ key: member.key, bundle: member.bundle, receipt: encodeReceipt(receipt) })
    await observer.check(member)
  })
  if (receipts.length > 0) await context.ports.journal.saveReceipts(receipts)
  return writes
}
