import type { ClusterDetailView, NamespaceQuery, NamespaceView } from '../../src/api/index.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { effectiveOf, pageOf } from './pages-in-memory.ts'

/** What runs in a namespace of clusters of which everything is known: all that their bundles render to there. */
export function namespaceIn(
  fleet: FleetInMemory,
  clusters: readonly ClusterDetailView[],
  namespace: string,
  query: NamespaceQuery,
): NamespaceView | undefined {
  const countIn = ({ placed }: ClusterDetailView): number =>
    placed.reduce((sum, { bundle }) => sum + inNamespace(fleet, bundle, namespace).length, 0)
  const there = clusters.flatMap((cluster) => {
    const count = countIn(cluster)
    return count === 0 ? [] : [{ name: cluster.name, cluster, count }]
  })
  if (there.length === 0) return undefined
  const { items, next } = pageOf(there, query)
  let room = mostObjects
  return {
    namespace,
    at: new Date().toISOString(),
    clusters: there.length,
    objects: there.reduce((sum, { count }) => sum + count, 0),
    items: items.map(({ cluster, count }) => {
      const bundles = bundlesIn(fleet, cluster, namespace, room)
      const listed = bundles.reduce((sum, { objects }) => sum + objects.length, 0)
      room -= listed
      return {
        cluster: cluster.name,
        environment: cluster.environment,
        tier: cluster.tier,
        ...(cluster.identity.colour === undefined ? {} : { colour: cluster.identity.colour }),
        state: cluster.state,
        ...(cluster.seen === undefined ? {} : { seen: cluster.seen }),
        ...(cluster.state === 'unreachable' ? { away: cluster.reason ?? 'unreachable' } : {}),
        bundles,
        left: count - listed,
      }
    }),
    ...(next === undefined ? {} : { next }),
    commits: [...fleet.commits],
  }
}

const mostObjects = 5_000

function inNamespace(fleet: FleetInMemory, bundle: string, namespace: string) {
  return (fleet.rendered.get(bundle)?.items ?? []).filter(({ object }) => object.namespace === namespace)
}

function bundlesIn(
  fleet: FleetInMemory,
  cluster: ClusterDetailView,
  namespace: string,
  most: number,
): NamespaceView['items'][number]['bundles'] {
  const isAway = cluster.state === 'unreachable'
  return cluster.placed.flatMap((placed) => {
    const { bundle, state, mode, desired, applied, reason } = placed
    const items = inNamespace(fleet, bundle, namespace).slice(0, most)
    if (items.length === 0) return []
    const settings = effectiveOf(cluster).bundles.find((one) => one.bundle === bundle)?.settings ?? []
    const drift = fleet.drift_.filter((one) => one.cluster === cluster.name && one.bundle === bundle)
    return [
      {
        bundle,
        owner: `team ${bundle}`,
        declared: { file: `fleet/bundles/${bundle}.yaml`, line: 1 },
        state,
        mode,
        desired: desired.revision,
        ...(applied === undefined ? {} : { applied: { revision: applied.revision, at: applied.at } }),
        ...(state === 'pending' && reason !== undefined ? { waits: reason } : {}),
        settings: settings.filter(({ name }) => name !== 'heal after, changes by people'),
        objects: items.map(({ object, origin, manifest, trouble }) => {
          const own = drift.filter(
            (one) => one.object.kind === object.kind && one.object.name === object.name,
          )
          return {
            object,
            health: isAway ? ('Unknown' as const) : (trouble?.health ?? ('Current' as const)),
            ...(isAway || trouble === undefined ? {} : { message: trouble.message }),
            drift: isAway ? null : own.length,
            ...(own[0] === undefined ? {} : { driftSince: own[0].firstSeen }),
            images: imagesOf(manifest),
            origin,
          }
        }),
      },
    ]
  })
}

function imagesOf(manifest: unknown): string[] {
  return [...JSON.stringify(manifest).matchAll(/"image":"([^"]+)"/g)].map(([, image = '']) => image)
}
