import { ownedByAnotherTool } from '../../core/inventory/index.ts'
import { type KubeObject, nameOf } from '../../core/object/index.ts'
import type { ApiResource } from '../../kube/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import { SpokeFailure } from '../failure.ts'
import { applySetIdLabel, fieldManager, partOfLabel } from '../names.ts'
import type { Session } from '../session/index.ts'
import type { Wanted } from './resolve.ts'

/** What stands under the name of an object that has no receipt. */
export type Examined =
  /** Nothing: it can be created. */
  | { readonly kind: 'absent'; readonly wanted: Wanted }
  /** Ours by its labels and owner: the journal was lost, or another bundle of ours held it. */
  | { readonly kind: 'ours'; readonly wanted: Wanted; readonly live: KubeObject }
  /** Somebody's, and no tool keeps it: taking it over needs consent. */
  | { readonly kind: 'foreign'; readonly wanted: Wanted; readonly live: KubeObject }
  /** Another tool keeps it. */
  | { readonly kind: 'refused'; readonly wanted: Wanted; readonly failure: SpokeFailure }

const parallelReads = 24
/** From so many objects of a kind in one namespace, one list of names is cheaper than reading each. */
const listFrom = 10

/**
 * Looks at what stands under the names of objects that were never applied, with as few requests as possible:
 * one metadata-only list for many of a kind in a namespace, single reads for the rest.
 */
export async function examine(session: Session, fresh: readonly Wanted[]): Promise<Examined[]> {
  const groups = Map.groupBy(
    fresh,
    ({ target }) => `${target.resource.group}/${target.resource.plural}/${target.ref.namespace}`,
  )
  const results: Examined[] = []
  for (const group of groups.values()) {
    const first = group[0]
    if (first === undefined) continue
    const present =
      group.length < listFrom
        ? undefined
        : await namesIn(session, first.target.resource, first.target.ref.namespace)
    const examined = await eachLimited(group, parallelReads, async (wanted): Promise<Examined> => {
      if (present !== undefined && !present.has(wanted.target.ref.name)) return { kind: 'absent', wanted }
      const { resource, ref } = wanted.target
      const live = await session.client.get(resource, ref.namespace, ref.name)
      return live === undefined ? { kind: 'absent', wanted } : judge(wanted, live)
    })
    results.push(...examined)
  }
  return results
}

async function namesIn(session: Session, resource: ApiResource, namespace: string): Promise<Set<string>> {
  const selection = namespace === '' ? {} : { namespace }
  const { items } = await session.client.list(resource, { ...selection, metadataOnly: true })
  return new Set(items.map((item) => item.metadata.name))
}

function judge(wanted: Wanted, live: KubeObject): Examined {
  const applied = live.metadata.managedFields?.some(
    (entry) =>
      entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '',
  )
  const labels = live.metadata.labels ?? {}
  // The label of any set of ours will do: an object that moves between bundles still carries the old one.
  if (applied === true && labels[partOfLabel] !== undefined) return { kind: 'ours', wanted, live }
  const owner = ownedByAnotherTool(live)
  const name = nameOf(wanted.target.ref)
  if (labels[applySetIdLabel] !== undefined || owner !== undefined) {
    const keeper = owner === undefined ? 'an apply set' : `${owner.tool} (${owner.name})`
    const failure = new SpokeFailure(
      'owned-elsewhere',
      `${name}: cannot apply: ${keeper} keeps this object`,
      {
        hint: 'take it out of that tool first, or leave it out of the bundle',
        subject: name,
      },
    )
    return { kind: 'refused', wanted, failure }
  }
  return { kind: 'foreign', wanted, live }
}
