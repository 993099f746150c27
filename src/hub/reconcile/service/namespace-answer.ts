import type { NamespaceQuery, NamespaceView } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import type { DriftRecord } from '../../../core/ledger/index.ts'
import { refOf, refOfKey, keyOf } from '../../../core/object/index.ts'
import type { SearchQuestion } from '../../../core/search/index.ts'
import { type BundleReport, mostTroubles } from '../../../spoke/index.ts'
import type { IndexedObject } from '../../store/index.ts'
import { identityOf, whyAway } from './cluster-answers.ts'
import { commitNotes } from './commit-notes.ts'
import { effectiveOn } from './effective-answer.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, pageByName } from './in-scope.ts'
import { placedBundles } from './placed-bundle.ts'

type OnCluster = NamespaceView['items'][number]
type OfBundle = OnCluster['bundles'][number]
type Row = OfBundle['objects'][number]

/** Objects in one answer; a cluster of which more would stand in it is cut, and says so. */
const mostObjects = 5_000

/** The settings that decide what a bundle is on a cluster. */
const deciding = /^(mode|namespace|source\b.*|values\b.*|var .*|inputs)$/

/**
 * What runs in a namespace, by cluster and bundle, with the lines that say so. Undefined where nothing in it is known that
 * whoever asks may look at.
 */
export async function describeNamespace(
  parts: HubParts,
  namespace: string,
  query: NamespaceQuery,
): Promise<NamespaceView | undefined> {
  const scoped = new Map(clustersInScope(parts, query).map((found) => [found.name, found]))
  const within = readable(parts.grants)
  const question: SearchQuestion = { ...anything, namespaces: [namespace] }
  const counted = await parts.store.search.find(question, { clusters: [...scoped.keys()], within }, 1)
  const states = ['open', 'healing'] as const
  const open = { clusters: [...scoped.keys()], states, within }
  const drift = [
    ...(await parts.store.drift.select({ ...open, namespace })),
    // The namespace itself, which may be one that nobody declared.
    ...(await parts.store.drift.select({ ...open, group: '', kind: 'Namespace', name: namespace })),
  ]
  const indexed = new Map(counted.byCluster.map(({ cluster, count }) => [cluster, count]))
  // What is missing whole is in no index, and differs all the same.
  const names = [...new Set([...indexed.keys(), ...drift.map(({ cluster }) => cluster)])].toSorted()
  if (names.length === 0) return undefined
  const { page, next } = pageByName(
    names.map((name) => ({ name })),
    query,
  )
  const clusters = page.map(({ name }) => name)
  const found = await parts.store.search.find(question, { clusters, within }, mostObjects)
  const items: OnCluster[] = []
  for (const name of clusters) {
    const cluster = scoped.get(name)
    if (cluster === undefined) continue
    const objects = found.items.filter((one) => one.cluster === name)
    const differing = drift.filter((one) => one.cluster === name)
    const bundles = await bundlesOn(parts, cluster, objects, differing)
    items.push({ ...placeOf(parts, cluster), bundles, left: (indexed.get(name) ?? 0) - objects.length })
  }
  return {
    namespace,
    at: new Date(parts.clock.now()).toISOString(),
    clusters: names.length,
    objects: counted.total,
    items,
    ...next,
    commits: await commitNotes(parts, revisionsIn(items)),
  }
}

const anything: SearchQuestion = { labels: [], images: [], owners: [], numbers: [], words: [], problems: [] }

function placeOf(parts: HubParts, found: FleetCluster): Omit<OnCluster, 'bundles' | 'left'> {
  const { cluster, environment, tier, colour } = identityOf(parts, found)
  const { report } = parts.board.entry(cluster)
  const isAway = !parts.board.isKnown(cluster) || parts.board.whyBlind(cluster) !== undefined
  return {
    cluster,
    environment,
    tier,
    ...(colour === undefined ? {} : { colour }),
    state: parts.board.standing(cluster).state,
    ...(report?.lastSeen === undefined ? {} : { seen: report.lastSeen }),
    ...(isAway ? { away: whyAway(parts, cluster) } : {}),
  }
}

async function bundlesOn(
  parts: HubParts,
  found: FleetCluster,
  objects: readonly IndexedObject[],
  drift: readonly DriftRecord[],
): Promise<OfBundle[]> {
  const placed = new Map(placedBundles(parts, found).map((view) => [view.bundle, view]))
  const effective = new Map(
    (effectiveOn(parts, found.name)?.bundles ?? []).map(({ bundle, settings }) => [bundle, settings]),
  )
  const names = [...new Set([...objects, ...drift].map(({ bundle }) => bundle))].toSorted()
  const bundles: OfBundle[] = []
  for (const bundle of names) {
    const view = placed.get(bundle)
    const declared = parts.fleet.state.model?.bundles.get(bundle)
    const owner = declared?.value.spec.owner
    const waits = parts.rollouts.pending(found.name, bundle)?.reason
    bundles.push({
      bundle,
      ...(owner === undefined ? {} : { owner }),
      ...(declared === undefined ? {} : { declared: { file: declared.file, line: declared.line } }),
      ...(view === undefined ? {} : { state: view.state, mode: view.mode, desired: view.desired.revision }),
      ...(view?.applied === undefined
        ? {}
        : { applied: { revision: view.applied.revision, at: view.applied.at } }),
      ...(waits === undefined ? {} : { waits }),
      settings: (effective.get(bundle) ?? []).filter(({ name }) => deciding.test(name)),
      objects: await rowsOf(
        parts,
        found.name,
        bundle,
        objects.filter((one) => one.bundle === bundle),
        drift.filter((one) => one.bundle === bundle),
      ),
    })
  }
  return bundles
}

async function rowsOf(
  parts: HubParts,
  cluster: string,
  bundle: string,
  objects: readonly IndexedObject[],
  drift: readonly DriftRecord[],
): Promise<Row[]> {
  const origins = await originsOf(parts, cluster, bundle)
  const projections = new Map(objects.map(({ key, projection }) => [key, projection]))
  const differing = Map.groupBy(drift, ({ ref }) => keyOf(ref))
  const isKnown = parts.board.isKnown(cluster) && parts.board.whyBlind(cluster, bundle) === undefined
  const report = isKnown ? parts.board.entry(cluster).bundles.get(bundle) : undefined
  const keys = [...new Set([...projections.keys(), ...differing.keys()])].toSorted()
  return keys.map((key): Row => {
    const ref = refOfKey(key)
    const own = differing.get(key) ?? []
    const { images = [], numbers = {} } = projections.get(key) ?? {}
    const origin = origins.get(key) ?? origins.get(keyOf({ ...ref, namespace: '' }))
    const since = own.map(({ firstSeen }) => firstSeen).toSorted()[0]
    return {
      object: ref,
      ...healthOf(report, key, own),
      drift: isKnown ? own.length : null,
      ...(since === undefined ? {} : { driftSince: since }),
      images: [...images],
      ...(numbers.replicas === undefined ? {} : { replicas: numbers.replicas }),
      ...(numbers.ready === undefined ? {} : { ready: numbers.ready }),
      ...(origin === undefined ? {} : { origin }),
    }
  })
}

/** An engine names what is not well, up to a bound: beyond that, what it does not name may be anything. */
function healthOf(
  report: BundleReport | undefined,
  key: string,
  drift: readonly DriftRecord[],
): Pick<Row, 'health' | 'message'> {
  if (report === undefined) return { health: 'Unknown' }
  const trouble = report.troubles.find((one) => one.key === key)
  if (trouble !== undefined) return { health: trouble.health, message: trouble.message }
  if (drift.some((one) => one.class === 'missing')) return { health: 'NotFound', message: 'it is missing' }
  return { health: report.troubles.length < mostTroubles ? 'Current' : 'Unknown' }
}

/** Where Git declares the objects of a bundle, by their keys as they are written. */
async function originsOf(
  parts: HubParts,
  cluster: string,
  bundle: string,
): Promise<Map<string, NonNullable<Row['origin']>>> {
  const assignment = parts.board.assignment(cluster, bundle)
  if (assignment === undefined) return new Map()
  const content = await parts.renderings.content(assignment.variant).catch(() => undefined)
  return new Map((content?.objects ?? []).map(({ object, origin }) => [keyOf(refOf(object)), origin]))
}

function revisionsIn(items: readonly OnCluster[]): { bundle: string; revision: string }[] {
  const all = items.flatMap(({ bundles }) =>
    bundles.flatMap(({ bundle, applied, desired }) =>
      [applied?.revision, desired].flatMap((revision) =>
        revision === undefined ? [] : [{ bundle, revision }],
      ),
    ),
  )
  return [...new Map(all.map((one) => [`${one.bundle} ${one.revision}`, one])).values()]
}
