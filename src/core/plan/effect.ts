import { keyOf, type KubeObject, type ObjectRef, refOf } from '../object/index.ts'
import { fieldChanges } from './field-changes.ts'
import type { FieldChange } from './plan.ts'

/** An object of a rendering with its content hash. */
export interface RenderedObject {
  readonly object: KubeObject
  readonly hash: string
}

/** What changes for one object when one rendering takes another's place. */
export interface EffectItem {
  readonly action: 'create' | 'configure' | 'delete'
  readonly ref: ObjectRef
  readonly fields: readonly FieldChange[]
}

/**
 * What it means for a cluster to go from one rendering to another, by what Git declares: objects in the order of their
 * kinds and names, those that go last. Without `from` everything is created. Values of Secrets are never shown.
 */
export function effectOf(
  from: readonly RenderedObject[] | undefined,
  to: readonly RenderedObject[],
): EffectItem[] {
  const before = new Map((from ?? []).map((one) => [keyOf(refOf(one.object)), one]))
  const items: EffectItem[] = []
  for (const { object, hash } of to) {
    const ref = refOf(object)
    const known = before.get(keyOf(ref))
    before.delete(keyOf(ref))
    if (known === undefined) items.push({ action: 'create', ref, fields: [] })
    else if (known.hash !== hash) {
      items.push({ action: 'configure', ref, fields: fieldChanges(known.object, object) })
    }
  }
  const gone = [...before.values()].map(({ object }): EffectItem => {
    return { action: 'delete', ref: refOf(object), fields: [] }
  })
  return [...items, ...gone]
}
