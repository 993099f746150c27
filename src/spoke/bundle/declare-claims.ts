import type { EngineContext } from '../engine-context.ts'
import type { AppliedMark, Assignment } from '../ports.ts'
import type { Claims } from './claims.ts'
import { resolveContent } from './resolve.ts'

/**
 * Declares what every assigned bundle holds, and finds members that came from the journal their place in a
 * rendering again. Answers false when a rendering is not to be had: then absence from the claims proves nothing
 * and nothing may be pruned.
 */
export async function declareClaims(
  context: EngineContext,
  claims: Claims,
  assignments: readonly Assignment[],
  applied: ReadonlyMap<string, AppliedMark>,
): Promise<boolean> {
  let complete = true
  for (const assignment of assignments) {
    const { bundle, variant } = assignment
    if (assignment.withdrawn !== undefined) {
      claims.withdraw(bundle)
      continue
    }
    // Which objects a rendering declares depends on the namespace of those that name none, too.
    const declared = `${variant} ${assignment.namespace ?? ''}`
    if (claims.declarationOf(bundle) === declared) continue
    try {
      await place(context, assignment, applied.get(bundle)?.variant)
      const { wanted, refused } = await place(context, assignment, variant)
      claims.declare(bundle, declared, new Set([...wanted, ...refused].map(({ key }) => key)))
    } catch (error) {
      complete = false
      context.unexpected(`reading what bundle ${bundle} declares`, error)
    }
  }
  return complete
}

/** Points the members whose receipts are of this rendering at their objects in it. */
async function place(context: EngineContext, assignment: Assignment, variant: string | undefined) {
  if (variant === undefined) return { wanted: [], refused: [] }
  const content = await context.content(variant)
  const resolved = resolveContent(context, context.session(), assignment.bundle, content)
  for (const { key, index, content: item, target } of resolved.wanted) {
    const member = context.members.get(key)
    if (member === undefined || member.bundle !== assignment.bundle || member.hash !== item.hash) continue
    member.variant = variant
    member.index = index
    member.apiVersion = target.object.apiVersion
  }
  return resolved
}
