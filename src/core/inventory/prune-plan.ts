import { nameOf } from '../object/index.ts'
import { rankOf } from '../waves/index.ts'
import type { InventoryEntry } from './inventory.ts'

/** How many deletions of one apply need nobody's approval (safety §5, I3); reaching a bound is still within it. */
export interface PruneBound {
  readonly maxObjects: number
  /** Of the recorded members, 0–100. One object is always within this bound. */
  readonly maxPercent: number
}

/** `spec.prune` of a bundle. */
export type PruneRule = 'auto' | 'confirm' | 'never'

/** What pruning would do; deciding and doing are the caller's. */
export interface PrunePlan {
  /** In the order in which they must be deleted. */
  readonly deletions: readonly PruneStep[]
  /** Why somebody must approve the deletions; empty where nobody needs to. */
  readonly confirm: readonly string[]
  /** Orphans that stay recorded and are not deleted. */
  readonly skipped: readonly PruneStep[]
}

export interface PruneStep {
  readonly entry: InventoryEntry
  readonly reason: string
}

/** Deleting one of these deletes what it contains, and no apply brings that back. */
const ALWAYS_CONFIRM = new Map([
  ['/Namespace', 'deletes everything in it'],
  ['apiextensions.k8s.io/CustomResourceDefinition', 'deletes all objects of its kind'],
  ['/PersistentVolume', 'may delete data'],
  ['/PersistentVolumeClaim', 'may delete data'],
])

/**
 * Plans the deletion of orphans (engine §6, safety §1 and §5). `total` counts the recorded members, orphans
 * included. An incomplete render plans nothing, and neither does the rule `never`; an entry without uid is
 * skipped, because nothing proves that the object is the one that was applied. Approval is needed by the rule
 * `confirm`, for kinds that take others along, when no recorded member is desired any more, and above `bound`.
 */
export function planPrune(input: {
  readonly orphans: readonly InventoryEntry[]
  readonly rule: PruneRule
  readonly total: number
  readonly bound: PruneBound
  readonly renderComplete: boolean
}): PrunePlan {
  const { orphans, rule, total, bound, renderComplete } = input
  const all = (reason: string): PrunePlan => ({
    deletions: [],
    confirm: [],
    skipped: orphans.map((entry) => ({ entry, reason })),
  })
  if (!renderComplete) return all('the desired objects are not completely known')
  if (rule === 'never') return all('the bundle prunes never')
  const deletions = orphans.filter(({ uid }) => isKnown(uid)).sort(inDeletionOrder)
  const skipped = orphans.filter(({ uid }) => !isKnown(uid))
  return {
    deletions: deletions.map((entry) => ({ entry, reason: 'no longer desired' })),
    confirm:
      deletions.length === 0 ? [] : reasonsToConfirm(deletions, orphans.length, { rule, total, bound }),
    skipped: skipped.map((entry) => ({
      entry,
      reason: 'recorded without uid: nothing proves that it is the same object',
    })),
  }
}

function isKnown(uid: string | undefined): boolean {
  return uid !== undefined && uid !== ''
}

function inDeletionOrder(a: InventoryEntry, b: InventoryEntry): number {
  return deletionRank(a) - deletionRank(b)
}

/** The reverse of application; a namespace goes after the definitions, whose objects may live in it. */
function deletionRank({ ref }: InventoryEntry): number {
  return ref.group === '' && ref.kind === 'Namespace' ? 1 : -rankOf(ref)
}

function reasonsToConfirm(
  deletions: readonly InventoryEntry[],
  orphans: number,
  { rule, total, bound }: { readonly rule: PruneRule; readonly total: number; readonly bound: PruneBound },
): string[] {
  const reasons: string[] = []
  if (rule === 'confirm') reasons.push('the bundle asks before it prunes')
  if (orphans >= total)
    reasons.push(`nothing that was applied is desired any more: all ${total} recorded objects would go`)
  for (const { ref } of deletions) {
    const consequence = ALWAYS_CONFIRM.get(`${ref.group}/${ref.kind}`)
    if (consequence !== undefined) reasons.push(`${nameOf(ref)}: deleting it ${consequence}`)
  }
  if (deletions.length > bound.maxObjects) {
    reasons.push(`${deletions.length} deletions, at most ${bound.maxObjects} without approval`)
  }
  const share = Math.max(1, Math.floor((total * bound.maxPercent) / 100))
  if (deletions.length > share) {
    reasons.push(`${deletions.length} of ${total} objects, at most ${bound.maxPercent} % without approval`)
  }
  return reasons
}
