import { projectionOf, readQuestion } from '../../src/core/search/index.ts'
import type {
  CauseDetail,
  CauseQuery,
  CauseSummary,
  CauseView,
  ClusterDetailView,
  DriftQuery,
  DriftView,
  EffectiveView,
  FleetMapQuery,
  FleetMapView,
  RenderedManifest,
  RenderedObject,
  SearchQuery,
  SearchView,
} from '../../src/api/index.ts'
import { keyOf, type KubeObject, type ObjectRef } from '../../src/core/object/index.ts'
import { stateWords } from '../../src/core/state/index.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'

/** Objects of one bundle as rendered, the same on every cluster. */
export interface RenderedInMemory {
  readonly revision: string
  readonly items: readonly (RenderedObject & { readonly manifest: RenderedManifest['manifest'] })[]
}

/** The map of clusters of which everything is known. Every answer is whole. */
export function mapOf(clusters: readonly ClusterDetailView[], query: FleetMapQuery): FleetMapView {
  const pairs = clusters.map((one) => JSON.stringify([one.environment, one.labels[query.group] ?? '']))
  const groups = [...new Set(pairs)].toSorted()
  const versions = [...new Set(clusters.map(({ version }) => version ?? 'not known'))].toSorted().reverse()
  const legend =
    query.fill === 'version'
      ? versions
      : query.fill === 'drift-age'
        ? ['nothing differs', 'under 10 min', 'under 1 h', 'under 24 h', 'longer']
        : query.fill === 'quota'
          ? ['not known', 'under 50 %', '50 % or more', '75 % or more', '90 % or more']
          : []
  const environments = new Map(clusters.map((one) => [one.environment, one.identity]))
  return {
    version: 'memory.1',
    whole: true,
    states: [...stateWords],
    environments: [...environments].map(([name, { tier, colour }]) => ({
      name,
      tier,
      ...(colour === undefined ? {} : { colour }),
    })),
    groups: groups.map((pair) => {
      const [environment = '', name = ''] = JSON.parse(pair) as string[]
      return { environment, name }
    }),
    labels: [...new Set(clusters.flatMap(({ labels }) => Object.keys(labels)))].toSorted(),
    legend,
    clusters: clusters.map((one, at) => [
      one.name,
      groups.indexOf(pairs[at] ?? ''),
      stateWords.indexOf(one.state),
      query.fill === 'version'
        ? versions.indexOf(one.version ?? 'not known')
        : query.fill === 'drift-age' && (one.drift ?? 0) > 0
          ? 1
          : 0,
    ]),
    total: clusters.length,
    answered: clusters.filter(({ state }) => state !== 'unreachable').length,
  }
}

/** The causes of a fleet as the inbox shows them. */
export function causesOf(fleet: FleetInMemory, clusters: readonly ClusterDetailView[]): CauseSummary[] {
  const names = new Set(clusters.map(({ name }) => name))
  return fleet.causes_.flatMap((cause) => {
    const drift = fleet.drift_.filter((one) => one.cause === cause.id && names.has(one.cluster))
    const [first] = drift
    return first === undefined ? [] : [summaryOf(cause, first, drift, clusters)]
  })
}

function summaryOf(
  cause: CauseView,
  first: DriftView,
  drift: readonly DriftView[],
  clusters: readonly ClusterDetailView[],
): CauseSummary {
  const have = new Set(drift.map(({ cluster }) => cluster))
  const running = clusters.filter(
    (one) => one.placed.some(({ bundle }) => bundle === cause.bundle) || have.has(one.name),
  )
  const where = [...new Set(running.map(({ environment }) => environment))].map((environment) => ({
    environment,
    have: running.filter((one) => one.environment === environment && have.has(one.name)).length,
    of: running.filter((one) => one.environment === environment).length,
  }))
  const settled = drift.every(({ state }) => state === 'healed' || state === 'gone')
  const sure = { exact: 0, observed: 0, inferred: 0 }
  for (const one of drift) sure[one.sure] += 1
  const times = drift.map(({ when }) => when).toSorted()
  const { hold, healAt } = first
  return {
    ...cause,
    clusters: have.size,
    names: [...have].toSorted().slice(0, 50),
    short: cause.id.slice(0, 6),
    tab: settled
      ? 'settled'
      : first.writer.kind === 'human' || healAt === undefined
        ? 'needs-you'
        : 'automatic',
    of: running.length,
    where: where.toSorted((one, two) => two.have - one.have),
    fields: drift.length,
    outcome: settled
      ? { is: 'healed' }
      : hold !== undefined
        ? { is: 'held', detail: hold.detail }
        : healAt !== undefined
          ? { is: 'heals', at: healAt }
          : { is: first.mode === 'ask' ? 'waits' : 'report-only' },
    modes: [...new Set(drift.map(({ mode }) => mode))],
    people: [...new Set(drift.flatMap(({ writer }) => writer.person ?? []))],
    sure,
    firstWritten: times[0] ?? first.when,
    lastWritten: times.at(-1) ?? first.when,
    whenIsBound: drift.some(({ whenIsBound }) => whenIsBound),
    unknown: running.filter((one) => one.state === 'unreachable' && !have.has(one.name)).length,
  }
}

export function pickCauses(all: readonly CauseSummary[], { tab, bundle, limit }: CauseQuery) {
  const items = all
    .filter((one) => (tab === undefined ? one.tab !== 'settled' : one.tab === tab))
    .filter((one) => bundle === undefined || one.bundle === bundle)
  return { items: items.slice(0, limit), total: items.length }
}

export function causeOf(
  fleet: FleetInMemory,
  clusters: readonly ClusterDetailView[],
  id: string,
): CauseDetail | undefined {
  const cause = causesOf(fleet, clusters).find((one) => one.id.startsWith(id))
  if (cause === undefined) return undefined
  const have = new Set(fleet.drift_.filter((one) => one.cause === cause.id).map(({ cluster }) => cluster))
  const members = clusters
    .filter((one) => have.has(one.name) || one.placed.some(({ bundle }) => bundle === cause.bundle))
    .map(({ name, environment, tier, state }): CauseDetail['members'][number] => ({
      cluster: name,
      environment,
      tier,
      state,
      has: state === 'unreachable' ? 'unknown' : have.has(name) ? 'has' : 'lacks',
    }))
  return { ...cause, members }
}

export function objectsOf(rendered: RenderedInMemory | undefined, limit: number | undefined) {
  if (rendered === undefined) return undefined
  const { revision, items } = rendered
  return { revision, items: items.slice(0, limit), total: items.length }
}

export function manifestOf(
  rendered: RenderedInMemory | undefined,
  object: RenderedObject['object'],
): RenderedManifest | undefined {
  const found = rendered?.items.find((one) => keyOf(one.object) === keyOf(object))
  if (rendered === undefined || found === undefined) return undefined
  const { object: ref, origin, manifest } = found
  return { object: ref, origin, manifest, revision: rendered.revision }
}

export function effectiveOf(cluster: ClusterDetailView): EffectiveView {
  return {
    cluster: cluster.name,
    bundles: cluster.placed.map(({ bundle, mode }) => ({
      bundle,
      settings: [
        {
          name: 'mode',
          value: mode,
          from: `Environment ${cluster.environment}`,
          origin: { file: `fleet/environments/${cluster.environment}.yaml`, line: 1 },
        },
        { name: 'heal after, changes by people', value: '10 min', from: 'default' },
        {
          name: 'source',
          value: `apps/${bundle}/overlays/${cluster.environment}`,
          from: `Bundle ${bundle}`,
          origin: { file: `fleet/bundles/${bundle}.yaml`, line: 1 },
        },
      ],
    })),
  }
}

export function searchIn(
  rendered: ReadonlyMap<string, RenderedInMemory>,
  clusters: readonly ClusterDetailView[],
  { q, limit }: SearchQuery,
  found?: SearchView['items'],
): SearchView {
  const { problems } = readQuestion(q)
  if (problems.length > 0) return { items: [], total: 0, groups: [], stale: [], problem: problems.join('; ') }
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && !word.includes(':'))
  const kind = /\bkind:(\S+)/.exec(q)?.[1]?.toLowerCase()
  const known = clusters.flatMap((cluster) =>
    cluster.placed.flatMap(({ bundle, state }) =>
      (rendered.get(bundle)?.items ?? [])
        .filter(({ object }) => kind === undefined || object.kind.toLowerCase() === kind)
        .filter(({ key }) => words.every((word) => key.toLowerCase().includes(word)))
        .map(({ object, manifest }) => {
          // Manifests of the demo are whole objects.
          const { labels, images, owners, numbers } = projectionOf(manifest as unknown as KubeObject)
          return {
            cluster: cluster.name,
            environment: cluster.environment,
            bundle,
            object,
            state,
            labels: { ...labels },
            images: [...images],
            owners: [...owners],
            ...(numbers.replicas === undefined
              ? {}
              : { replicas: numbers.replicas, ready: numbers.replicas }),
          }
        }),
    ),
  )
  const all = found ?? known
  const environments = [...new Set(all.map(({ environment }) => environment))]
  return {
    items: all.slice(0, limit),
    total: all.length,
    groups: environments.map((environment) => {
      const own = all.filter((one) => one.environment === environment)
      return { environment, objects: own.length, clusters: new Set(own.map(({ cluster }) => cluster)).size }
    }),
    stale: [],
  }
}

/** True when an object is one that a question about differences names. */
export function matches(object: ObjectRef, query: DriftQuery): boolean {
  return (
    (query.kind === undefined || object.kind === query.kind) &&
    (query.group === undefined || object.group === query.group) &&
    (query.namespace === undefined || object.namespace === query.namespace) &&
    (query.name === undefined || object.name === query.name)
  )
}

/** The bundles that hold the objects of a cluster that differ. */
export function holdersOf(drift: readonly DriftView[], cluster: string): ReadonlyMap<string, string> {
  const held = drift.filter((one) => one.cluster === cluster)
  return new Map(held.map((one) => [keyOf(one.object), one.bundle]))
}

/** A page of a list, with its cursor. */
export function pageOf<Item>(all: readonly Item[], query: { limit: number; cursor?: string | undefined }) {
  const from = Number(query.cursor ?? 0)
  const to = from + query.limit
  return { items: all.slice(from, to), total: all.length, ...(to < all.length ? { next: String(to) } : {}) }
}

/** A value as a preview shows it. */
export function textOf(value: DriftView['live']): string {
  return value.is === 'text' ? value.text : '-'
}

export function unansweredOf(cluster: ClusterDetailView) {
  return {
    cluster: cluster.name,
    ...(cluster.seen === undefined ? {} : { seen: cluster.seen }),
    reason: cluster.reason ?? 'unreachable',
  }
}
