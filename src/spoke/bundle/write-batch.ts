import type { Assignment } from '../ports.ts'
import type { Session } from '../session/index.ts'
import { applyWanted, textOf, type Write, type Writer } from './apply-wanted.ts'
import { ensureNamespaces } from './namespaces.ts'
import { objects } from './progress.ts'
import type { Wanted } from './resolve.ts'

/**
 * Writes a batch: inventory first, then the objects (safety I20). Answers how many failed. `declared` is everything that
 * the bundle declares.
 */
export async function writeBatch(
  writer: Writer,
  session: Session,
  assignment: Assignment,
  writes: readonly Write[],
  declared: readonly Wanted[],
): Promise<number> {
  if (writes.length === 0) return 0
  const { context } = writer
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
  if (assignment.createNamespace) await ensureNamespaces(session, writes, declared)
  const { applied, failed } = await applyWanted(writer, session, assignment, writes)
  const after = [...inventory.values()]
  // First in the cluster: where that does not come to pass, our own record shows it (`recordUids`).
  await set.keep(session, after)
  if (after.length !== before.length || after.some(({ uid }, i) => uid !== before[i]?.uid)) {
    await context.ports.journal.saveInventory(bundle, after)
  }
  if (applied.length > 0) {
    const message = `bundle ${bundle}: ${objects(applied.length)} applied at ${assignment.revision.slice(0, 12)}`
    context.emit({ type: 'applied', bundle, message })
  }
  for (const { failure } of failed) context.emit({ type: 'apply-failed', bundle, message: textOf(failure) })
  return failed.length
}
