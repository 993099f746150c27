import { reasonOf } from '../../core/failure.ts'
import { type FieldChange, fieldChanges } from '../../core/plan/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { previewHealObject } from './heal-object.ts'

/** What a heal would change, by a dry-run on the cluster. */
export interface HealPreview {
  readonly key: string
  readonly fields: readonly FieldChange[]
  readonly failure?: string
}

const sideBySide = 8

/** What healing would change, from the cluster itself; nothing is written. */
export async function previewHeals(context: EngineContext, keys: readonly string[]): Promise<HealPreview[]> {
  return await eachLimited(keys, sideBySide, async (key) => {
    const member = context.members.get(key)
    if (member?.receipt === undefined)
      return { key, fields: [], failure: 'no bundle has applied this object here' }
    try {
      const { live, after } = await previewHealObject(context, member)
      return { key, fields: fieldChanges(live, after) }
    } catch (error) {
      return { key, fields: [], failure: reasonOf(error) }
    }
  })
}
