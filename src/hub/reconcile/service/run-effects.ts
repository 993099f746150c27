import type { EffectView } from '../../../api/index.ts'
import { type EffectItem, effectOf } from '../../../core/plan/index.ts'
import type { Pin, Run } from '../../../core/rollout/index.ts'
import type { HubParts } from './hub-parts.ts'

const mostItems = 100
const mostFields = 50

/**
 * What a run changes, from the renderings that it pinned: clusters on which it has the same effect stand together, those
 * with the most clusters first.
 */
export async function effectsOf(parts: HubParts, run: Run): Promise<EffectView[]> {
  const groups = Map.groupBy(Object.entries(run.pins), ([, pin]) =>
    JSON.stringify([pin.from?.variant, pin.variant]),
  )
  const effects: EffectView[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    const [, pin] = first
    const clusters = group.map(([cluster]) => cluster).toSorted()
    const items = await itemsOf(parts, pin)
    const notes = items === undefined ? ['its rendering is not kept any more'] : notesOf(group)
    effects.push({
      clusters,
      ...(pin.from === undefined ? {} : { from: pin.from.revision }),
      items: (items ?? []).slice(0, mostItems).map(({ action, ref, fields }) => ({
        action,
        object: ref,
        fields: fields.slice(0, mostFields).map((field) => ({ ...field })),
      })),
      more: Math.max(0, (items?.length ?? 0) - mostItems),
      notes,
    })
  }
  return effects.toSorted((one, two) => two.clusters.length - one.clusters.length)
}

async function itemsOf({ renderings }: HubParts, pin: Pin): Promise<EffectItem[] | undefined> {
  const to = await renderings.content(pin.variant)
  const from = pin.from === undefined ? undefined : await renderings.content(pin.from.variant)
  if (to === undefined || (pin.from !== undefined && from === undefined)) return undefined
  return effectOf(from?.objects, to.objects)
}

/** A mode that changes is an effect as well. */
function notesOf(group: readonly (readonly [string, Pin])[]): string[] {
  const modes = group.flatMap(([, { mode, from }]) =>
    from === undefined || from.mode === mode ? [] : [`mode ${from.mode} becomes ${mode}`],
  )
  return [...new Set(modes)]
}
