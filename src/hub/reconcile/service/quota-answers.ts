import type { QuotaHeat, QuotaHeatQuery, QuotaPage, QuotaQuery } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import { daysToFull, type QuotaSample } from '../../../core/quota/index.ts'
import type { QuotaFilter } from '../../store/index.ts'
import { sampleName } from '../../store/index.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster } from './in-scope.ts'
import { driftedOf, namesFor, recordedSight } from './recorded-sight.ts'

const trendMs = 30 * 86_400_000
const mostPoints = 40
const mostNamespaces = 20
const mostClusters = 24

/** How full quotas are, the fullest first. */
export async function listQuotas(parts: HubParts, query: QuotaQuery): Promise<QuotaPage> {
  const clusters = clustersInScope(parts, query)
  const filter = filterOf(parts, clusters, query)
  const { quotas } = parts.store
  const sight = await recordedSight(parts, clusters, ['ResourceQuota'])
  const atLeast = query.atLeast === undefined ? {} : { atLeast: query.atLeast / 100 }
  const page = await quotas.page({ ...filter, ...atLeast }, query.limit, query.cursor)
  const since = new Date(parts.clock.now() - trendMs).toISOString()
  const samples = await quotas.samples(page.items, since)
  const drifted = await driftedOf(parts, ['ResourceQuota'], filter.clusters)
  const environments = new Map(clusters.map(({ name, cluster }) => [name, cluster.spec.environment]))
  return {
    ...sight.view,
    items: page.items.flatMap((row) => {
      const environment = environments.get(row.cluster)
      // Of a cluster that left the fleet the store may still tell.
      if (environment === undefined) return []
      const trend = samples.get(sampleName(row)) ?? []
      const days = daysToFull(trend)
      const { cluster, key, resource, hard, used, full, at, bundle } = row
      return [
        {
          cluster,
          environment,
          object: refOfKey(key),
          resource,
          hard,
          ...(used === undefined ? {} : { used }),
          ...(full === undefined ? {} : { percent: percentOf(full) }),
          trend: thinned(trend).map((one) => ({
            at: new Date(one.at).toISOString(),
            percent: percentOf(one.full),
          })),
          ...(days === undefined ? {} : { daysToFull: Math.round(days * 10) / 10 }),
          at,
          ...(bundle === undefined ? {} : { bundle }),
          drifted: drifted.has(`${cluster} ${key}`),
          lastKnown: !parts.board.isKnown(cluster),
        },
      ]
    }),
    total: page.total,
    ...(page.next === undefined ? {} : { next: page.next }),
    resources: await quotas.resources({ ...filter, resource: undefined }),
  }
}

/** The fullest namespaces of the fullest clusters. */
export async function quotaHeat(parts: HubParts, query: QuotaHeatQuery): Promise<QuotaHeat> {
  const clusters = clustersInScope(parts, query)
  const found = await parts.store.quotas.fullest(filterOf(parts, clusters, query))
  const known = new Map(clusters.map((one) => [one.name, one]))
  const cells = found.filter(({ cluster }) => known.has(cluster))
  const namespaces = fullestBy(cells, ({ namespace }) => namespace)
  const columns = fullestBy(cells, ({ cluster }) => cluster)
  const [shownNamespaces, shownClusters] = [
    namespaces.slice(0, mostNamespaces),
    columns.slice(0, mostClusters),
  ]
  const sight = await recordedSight(parts, clusters, ['ResourceQuota'])
  return {
    ...sight.view,
    namespaces: shownNamespaces,
    clusters: shownClusters.map((name) => ({
      cluster: name,
      environment: known.get(name)?.cluster.spec.environment ?? '',
      lastKnown: !parts.board.isKnown(name),
    })),
    cells: cells
      .filter(
        ({ cluster, namespace }) => shownNamespaces.includes(namespace) && shownClusters.includes(cluster),
      )
      .map(({ cluster, namespace, full }) => ({
        namespace,
        cluster,
        ...(full < 0 ? {} : { percent: percentOf(full) }),
      })),
    totals: { namespaces: namespaces.length, clusters: columns.length },
  }
}

function filterOf(
  parts: HubParts,
  clusters: readonly FleetCluster[],
  { namespace, resource }: QuotaHeatQuery,
): QuotaFilter {
  return { clusters: namesFor(parts, clusters), within: readable(parts.grants), namespace, resource }
}

type HeatCell = { readonly cluster: string; readonly namespace: string; readonly full: number }

/** The names that `nameOf` gives, those of the fullest cell first. */
function fullestBy(cells: readonly HeatCell[], nameOf: (cell: HeatCell) => string): string[] {
  const fullest = new Map<string, number>()
  for (const cell of cells) {
    const name = nameOf(cell)
    fullest.set(name, Math.max(fullest.get(name) ?? cell.full, cell.full))
  }
  return [...fullest].toSorted(([one, a], [two, b]) => b - a || (one < two ? -1 : 1)).map(([name]) => name)
}

function percentOf(full: number): number {
  return Math.round(full * 1000) / 10
}

/** At most so many points, evenly chosen, with the first and the last. */
function thinned(samples: readonly QuotaSample[]): readonly QuotaSample[] {
  if (samples.length <= mostPoints) return samples
  const step = (samples.length - 1) / (mostPoints - 1)
  return Array.from({ length: mostPoints }, (_, at) => samples[Math.round(at * step)]).filter(
    (one) => one !== undefined,
  )
}
