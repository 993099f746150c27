import type { ClusterFacts } from '../../core/facts/index.ts'

type Apis = ClusterFacts['apis']

const known = new Map<string, WeakRef<Apis>>()

/**
 * One value for equal lists of served kinds: a thousand clusters of a few versions hold a few lists in memory. Nothing
 * is held that nobody uses.
 */
export function sharedApis(apis: Apis): Apis {
  const text = JSON.stringify(apis)
  const shared = known.get(text)?.deref()
  if (shared !== undefined) return shared
  for (const [old, held] of known) if (held.deref() === undefined) known.delete(old)
  known.set(text, new WeakRef(apis))
  return apis
}
