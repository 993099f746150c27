import { isFailure } from '../../core/failure.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Assignment } from '../ports.ts'
import type { Session } from '../session/index.ts'

/**
 * Puts the uids of what was applied into the inventory where it lacks them: whoever applied was killed before it could
 * say in the cluster what it had made, and another hub would leave that behind. Our own record comes last, so that what
 * is missing there is missing until both have it. Nothing is written while nothing may be.
 */
export async function recordUids(
  context: EngineContext,
  session: Session,
  { bundle, mode }: Assignment,
): Promise<void> {
  const inventory = context.members.inventory(bundle)
  const found = [...inventory].flatMap(([key, entry]) => {
    const uid = entry.uid === undefined ? context.members.get(key)?.receipt?.uid : undefined
    return uid === undefined ? [] : [[key, { ...entry, uid }] as const]
  })
  if (found.length === 0 || (mode !== 'observe' && !isWritable(context))) return
  for (const [key, entry] of found) inventory.set(key, entry)
  const entries = [...inventory.values()]
  if (mode !== 'observe') await context.applySet(bundle).keep(session, entries)
  await context.ports.journal.saveInventory(bundle, entries)
}

function isWritable(context: EngineContext): boolean {
  try {
    context.assertWritable()
    return true
  } catch (error) {
    if (isFailure(error, 'read-only')) return false
    throw error
  }
}
