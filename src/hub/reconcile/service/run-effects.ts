import type { EffectView } from '../../../api/index.ts'
import { type EffectItem, effectOf } from '../../../core/plan/index.ts'
import { reasonOf } from '../../../core/failure.ts'
import type { Pin, Run } from '../../../core/rollout/index.ts'
import { redactText } from '../../../runtime/index.ts'
import type { HubParts } from './hub-parts.ts'

const mostItems = 100
const mostFields = 50
/** Effects that are tried on a cluster, and refusals that are told. */
const mostTried = 5
const mostRefusals = 5

/**
 * What a run changes, from the renderings that it pinned: clusters on which it has the same effect stand together, those
 * with the most clusters first. With `dryRun` one cluster of each effect is asked what it would refuse.
 */
export async function effectsOf(parts: HubParts, run: Run, dryRun = false): Promise<EffectView[]> {
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
    if (dryRun && effects.length < mostTried) notes.push(...(await triedOn(parts, run, clusters)))
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

/** What the first of these clusters that can be asked would refuse, by dry-runs of the objects that change. */
async function triedOn(
  { board, pool, rollouts }: HubParts,
  run: Run,
  clusters: readonly string[],
): Promise<string[]> {
  const cluster = clusters.find((name) => board.isKnown(name) && pool.engine(name) !== undefined)
  if (cluster === undefined) return ['no cluster can be asked now: what they would refuse is not known']
  const target = rollouts.target(cluster, run.bundle)
  const engine = pool.engine(cluster)
  if (target === undefined || engine === undefined) return []
  try {
    const { tried, refused } = await engine.tryRendering(target)
    const shown = refused
      .slice(0, mostRefusals)
      .map(({ failure }) => `${cluster} would refuse it: ${failure}`)
    const more = refused.length - shown.length
    if (more > 0) shown.push(`… ${more} more objects would be refused`)
    return refused.length === 0 && tried > 0
      ? [`${cluster} accepts it (${tried} dry-runs)`]
      : shown.map(redactText)
  } catch (error) {
    return [redactText(`${cluster} could not be asked: ${reasonOf(error)}`)]
  }
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
