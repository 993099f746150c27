import type { Hook } from '../bundle/index.ts'
import { keyOf, type ObjectRef } from '../object/index.ts'
import { rankOf } from './rank.ts'

/** A hook and the object that it is. */
export interface HookOf {
  readonly hook: Hook
  readonly ref: ObjectRef
}

/**
 * The hooks of one time in the order in which they run, each to its end before the next begins: by weight, then by
 * kind as ordinary objects are ordered, then by name.
 */
export function hookOrder<Item extends HookOf>(hooks: readonly Item[], when: Hook['when']): Item[] {
  return hooks
    .filter(({ hook }) => hook.when === when)
    .toSorted(
      (a, b) =>
        a.hook.weight - b.hook.weight ||
        rankOf(a.ref) - rankOf(b.ref) ||
        (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1),
    )
}
