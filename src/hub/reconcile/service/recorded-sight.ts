import { allows, readable } from '../../../core/access/index.ts'
import { keyOf } from '../../../core/object/index.ts'
import type { KnownKind } from '../../store/index.ts'
import { asOf, whyAway } from './cluster-answers.ts'
import type { HubParts } from './hub-parts.ts'
import type { FleetCluster } from './in-scope.ts'

const mostUnanswered = 100

/** Of which clusters all objects of some kinds are recorded, as of now. */
export interface RecordedSight {
  readonly answered: ReadonlySet<string>
  readonly view: {
    readonly asked: number
    readonly answered: number
    readonly unanswered: { cluster: string; seen?: string; reason: string }[]
    readonly asOf?: string
    readonly limited: boolean
  }
}

/** Looks which clusters told everything of these kinds. What was told before a cluster was lost is old, and said to be. */
export async function recordedSight(
  parts: HubParts,
  clusters: readonly FleetCluster[],
  kinds: readonly string[],
): Promise<RecordedSight> {
  const told = await parts.store.recorded.kinds(kinds)
  const answered = new Set<string>()
  const unanswered: RecordedSight['view']['unanswered'] = []
  for (const { name } of clusters) {
    const lack = lackOf(parts, name, told.get(name) ?? [], kinds)
    if (lack === undefined) answered.add(name)
    else unanswered.push({ cluster: name, ...lack })
  }
  return {
    answered,
    view: {
      asked: clusters.length,
      answered: answered.size,
      unanswered: unanswered.slice(0, mostUnanswered),
      ...asOf(
        parts,
        clusters.filter(({ name }) => answered.has(name)),
      ),
      limited: readable(parts.grants) !== undefined,
    },
  }
}

/** What a cluster lacks for an answer, and of when what is stored of it is; undefined when it lacks nothing. */
function lackOf(
  parts: HubParts,
  cluster: string,
  told: readonly KnownKind[],
  kinds: readonly string[],
): { seen?: string; reason: string } | undefined {
  const known = kinds.map((kind) => ({ kind, told: told.find((one) => one.kind === kind) }))
  const missing = known.find((one) => one.told === undefined)
  if (!parts.board.isKnown(cluster)) {
    const seen = missing === undefined ? parts.board.entry(cluster).report?.lastSeen : undefined
    return { reason: whyAway(parts, cluster), ...(seen === undefined ? {} : { seen }) }
  }
  if (missing !== undefined) return { reason: `${missing.kind}: not recorded yet` }
  const hindered = told.find(
    ({ kind, state }) => kinds.includes(kind) && (state === 'unreadable' || state === 'unknown'),
  )
  if (hindered === undefined) return undefined
  const { kind, state, reason, looked, at } = hindered
  const what = state === 'unreadable' ? 'may not be read' : 'not known now'
  return {
    reason: `${kind}: ${what}${reason === undefined ? '' : `: ${reason}`}`,
    ...(looked ? { seen: at } : {}),
  }
}

/** Whether whoever asks may look at a recorded object. What no bundle holds is nothing of a bundle. */
export function seesRecorded(
  { grants }: HubParts,
  cluster: string,
  namespace: string,
  bundle: string | undefined,
): boolean {
  return allows(grants, 'read', { cluster, namespace, bundle: bundle ?? '' })
}

/** The names of clusters for a question to the store: a long list costs more than it leaves out. */
export function namesFor(parts: HubParts, clusters: readonly FleetCluster[]): string[] | undefined {
  const all = readable(parts.grants) === undefined
  if (all && clusters.length === parts.fleet.state.model?.clusters.size) return undefined
  return clusters.map(({ name }) => name)
}

/** The recorded objects of some kinds that differ from Git, each as `cluster key`. */
export async function driftedOf(
  { store }: HubParts,
  kinds: readonly string[],
  clusters: readonly string[] | undefined,
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    kinds.map((kind) =>
      store.drift.select({
        states: ['open', 'healing'],
        kind,
        ...(clusters === undefined ? {} : { clusters }),
      }),
    ),
  )
  return new Set(found.flat().map(({ cluster, ref }) => `${cluster} ${keyOf(ref)}`))
}
