import { foldForAdoption } from '../../core/adoption/index.ts'
import { additionsIn, type Receipt } from '../../core/drift/index.ts'
import { FieldSet, formatPath, parseFieldsV1 } from '../../core/fields/index.ts'
import { isIgnored } from '../../core/ledger/index.ts'
import { type KubeObject, type ManagedFieldsEntry, refOf } from '../../core/object/index.ts'
import type { Reply } from '../../kube/index.ts'
import { fieldManager } from '../names.ts'
import type { Session, Target } from '../session/index.ts'
import { rewriteManagedFields } from './managed-fields-patch.ts'

const leftover = 'before-first-apply'

/**
 * After the first apply on an object without ownership data the server makes `before-first-apply` co-own
 * every field (engine F13), so that nothing that we drop would ever go. Folds that entry into ours and applies
 * again; answers the last reply.
 */
export async function foldLeftovers(session: Session, target: Target, reply: Reply): Promise<Reply> {
  const entries = reply.object.metadata.managedFields ?? []
  if (!entries.some((entry) => entry.manager === leftover)) return reply
  return await adoptFields(session, target, reply.object, [])
}

/**
 * Takes a live object over: what kubectl's client-side apply and its like own becomes ours, and the complete
 * desired object is applied, which removes what was theirs and is not declared (engine §5 Adopt). `takeover`
 * names the managers of a former tool, when it is given up.
 */
export async function adoptFields(
  session: Session,
  target: Target,
  live: KubeObject,
  takeover: readonly string[],
): Promise<Reply> {
  await rewriteManagedFields(session, target, live, (state) => {
    const entries = state.metadata.managedFields ?? []
    const { folded, managedFields } = foldForAdoption(entries, fieldManager, takeover)
    return folded.length === 0 ? undefined : managedFields
  })
  return await session.client.apply(target.resource, target.object, { manager: fieldManager, force: true })
}

/**
 * Makes what others added inside our containers ours, so that the next apply of the complete object removes
 * it: the only way that works for every kind of path. What `ignore` accepts stays.
 */
export async function pruneAdditions(
  session: Session,
  target: Target,
  receipt: Receipt | undefined,
  ignore: readonly string[],
): Promise<void> {
  if (receipt === undefined) return
  const live = await session.client.get(target.resource, target.ref.namespace, target.ref.name)
  if (live === undefined) return
  await rewriteManagedFields(session, target, live, (state) => {
    const added = additionsToPrune(state, receipt, ignore)
    if (added.isEmpty) return undefined
    return (state.metadata.managedFields ?? []).flatMap((entry) => moved(entry, added))
  })
}

/** What others added inside our containers, less what was accepted. */
export function additionsToPrune(live: KubeObject, receipt: Receipt, ignore: readonly string[]): FieldSet {
  const additions = additionsIn(live, receipt, { manager: fieldManager })
  const ref = refOf(live)
  return FieldSet.of(
    additions.flatMap(({ path }) => (isIgnored(ignore, ref, formatPath(path)) ? [] : [path])),
  )
}

/** Our entry with the added paths, everybody else's without them. */
function moved(entry: ManagedFieldsEntry, added: FieldSet): ManagedFieldsEntry[] {
  if (entry.subresource !== undefined && entry.subresource !== '') return [entry]
  const set = parseFieldsV1(entry.fieldsV1 ?? {})
  const ours = entry.manager === fieldManager && entry.operation === 'Apply'
  const next = ours ? set.union(added) : set.minus(added)
  return next.isEmpty ? [] : [{ ...entry, fieldsV1: next.toFieldsV1() }]
}
