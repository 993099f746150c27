import type { EffectView } from '../../../api/index.ts'
import { type EffectItem, effectOf } from '../../../core/plan/index.ts'
import { reasonOf } from '../../../core/failure.ts'
import { definitionsAmong, manifestProblems } from '../../../apimachinery/index.ts'
import { keyOf, refOf } from '../../../core/object/index.ts'
import type { Pin } from '../../../core/rollout/index.ts'
import { redactText } from '../../../runtime/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { HubParts } from './hub-parts.ts'

const mostItems = 100
const mostFields = 50
/** Effects that are tried on a cluster, and refusals that are told. */
const mostTried = 5
const mostRefusals = 5

/** What becomes of one cluster. */
export type Change = Pick<Pin, 'variant' | 'mode' | 'from'>

export interface EffectOptions {
  /** What a cluster would be given; with it, one cluster of each effect is asked what it would refuse. */
  readonly tried?: (cluster: string) => Assignment | undefined
  /** Keys of objects whose values cannot be compared, by cluster. */
  readonly leaveOut?: (cluster: string) => readonly string[]
}

/**
 * What changes on clusters, from renderings: clusters on which the effect is the same stand together, those with the most
 * clusters first.
 */
export async function effectsOf(
  parts: HubParts,
  changes: Readonly<Record<string, Change>>,
  options: EffectOptions = {},
): Promise<EffectView[]> {
  const groups = Map.groupBy(Object.entries(changes), ([, pin]) =>
    JSON.stringify([pin.from?.variant, pin.variant]),
  )
  const effects: EffectView[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    const [one, pin] = first
    const clusters = group.map(([cluster]) => cluster).toSorted()
    const unknown = new Set(options.leaveOut?.(one))
    const all = await itemsOf(parts, pin)
    const items = all?.filter(({ ref }) => !unknown.has(keyOf(ref)))
    const notes = items === undefined ? ['its rendering is not kept any more'] : notesOf(group)
    const { tried } = options
    if (tried !== undefined && effects.length < mostTried) {
      const asked = await triedOn(parts, tried, clusters)
      notes.push(...(asked ?? (await judged(parts, pin.variant, items ?? [], clusters))))
    }
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

/**
 * What the first of these clusters that can be asked would refuse, by dry-runs of the objects that change; undefined where
 * none can be asked.
 */
async function triedOn(
  { board, pool }: HubParts,
  tried: NonNullable<EffectOptions['tried']>,
  clusters: readonly string[],
): Promise<string[] | undefined> {
  const cluster = clusters.find((name) => board.isKnown(name) && pool.engine(name) !== undefined)
  const target = cluster === undefined ? undefined : tried(cluster)
  const engine = cluster === undefined ? undefined : pool.engine(cluster)
  if (cluster === undefined || target === undefined || engine === undefined) return undefined
  try {
    const { tried: count, refused } = await engine.tryRendering(target)
    const shown = refused
      .slice(0, mostRefusals)
      .map(({ failure }) => `${cluster} would refuse it: ${failure}`)
    const more = refused.length - shown.length
    if (more > 0) shown.push(`… ${more} more objects would be refused`)
    return refused.length === 0 && count > 0
      ? [`${cluster} accepts it (${count} dry-runs)`]
      : shown.map(redactText)
  } catch (error) {
    return [redactText(`${cluster} could not be asked: ${reasonOf(error)}`)]
  }
}

/**
 * What Kubernetes' own rules refuse of the objects that change, where no cluster can be asked: they know neither quotas nor
 * webhooks, and only the custom resources that are defined beside them.
 */
async function judged(
  { renderings, apimachinery, board }: HubParts,
  variant: string,
  items: readonly EffectItem[],
  clusters: readonly string[],
): Promise<string[]> {
  const alone = 'no cluster can be asked now: what they would refuse is not known'
  const content = apimachinery === undefined ? undefined : await renderings.content(variant)
  if (apimachinery === undefined || content === undefined) return [alone]
  const changed = new Set(items.flatMap(({ action, ref }) => (action === 'delete' ? [] : [keyOf(ref)])))
  const objects = content.objects.filter(({ object }) => changed.has(keyOf(refOf(object))))
  const known = clusters.map((name) => board.entry(name).report?.version).find((one) => one !== undefined)
  const version = /^v?(\d+\.\d+)/.exec(known ?? '')?.[1]
  const problems = await manifestProblems(apimachinery, objects, {
    definitions: definitionsAmong(content.objects),
    ...(version === undefined ? {} : { version }),
  })
  const server = version === undefined ? 'a server' : `a ${version} server`
  const shown = problems
    .slice(0, mostRefusals)
    .map(({ subject, message }) => `${server} would refuse it: ${subject}: ${message}`)
  const more = problems.length - shown.length
  if (more > 0) shown.push(`… ${more} more refusals`)
  const said = shown.length > 0 ? shown : [`${server} would accept it, by Kubernetes' own rules`]
  return [...said.map(redactText), 'no cluster can be asked now: quotas and webhooks are not known']
}

async function itemsOf({ renderings }: HubParts, pin: Change): Promise<EffectItem[] | undefined> {
  const to = await renderings.content(pin.variant)
  const from = pin.from === undefined ? undefined : await renderings.content(pin.from.variant)
  if (to === undefined || (pin.from !== undefined && from === undefined)) return undefined
  return effectOf(from?.objects, to.objects)
}

/** A mode that changes is an effect as well. */
function notesOf(group: readonly (readonly [string, Change])[]): string[] {
  const modes = group.flatMap(([, { mode, from }]) =>
    from === undefined || from.mode === mode ? [] : [`mode ${from.mode} becomes ${mode}`],
  )
  return [...new Set(modes)]
}
