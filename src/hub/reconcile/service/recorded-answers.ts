import type {
  RecordedChangesQuery,
  RecordedChangesView,
  RecordedPage,
  RecordedQuery,
} from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import type { Attribution } from '../../../core/attribution/index.ts'
import { keyOf, refOfKey } from '../../../core/object/index.ts'
import { recordedKinds } from '../../../core/recorded/index.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, fleetCluster } from './in-scope.ts'
import { recordedSight, seesRecorded } from './recorded-sight.ts'

/** Recorded objects in full, by cluster. */
export async function listRecorded(parts: HubParts, query: RecordedQuery): Promise<RecordedPage> {
  const clusters = clustersInScope(parts, query)
  const { recorded } = parts.store
  const { kind: kinds, namespace, name } = query
  const names = clusters.map((one) => one.name)
  const within = readable(parts.grants)
  const filter = { clusters: names, kinds, namespace, name, within }
  const { items, ...rest } = await recorded.page(filter, query.limit, query.cursor)
  const contents = await recorded.contents(items.map(({ hash }) => hash))
  const environments = new Map(clusters.map((one) => [one.name, one.cluster.spec.environment]))
  const sight = await recordedSight(parts, clusters, kinds ?? recordedKinds.map((one) => one.kind))
  return {
    ...sight.view,
    ...rest,
    items: items.map(({ cluster, key, hash, seenAt, writer, bundle }) => ({
      ...writingOf(writer),
      cluster,
      environment: environments.get(cluster) ?? '',
      object: refOfKey(key),
      seenAt,
      ...(bundle === undefined ? {} : { bundle }),
      lastKnown: !parts.board.isKnown(cluster),
      content: { ...contents.get(hash) },
    })),
  }
}

/** What became of one recorded object. */
export async function listRecordedChanges(
  parts: HubParts,
  cluster: string,
  { limit, ...ref }: RecordedChangesQuery,
): Promise<RecordedChangesView | undefined> {
  if (fleetCluster(parts, cluster) === undefined) return undefined
  const key = keyOf(ref)
  const holders = await parts.store.inventory.holders(cluster, [key])
  if (!seesRecorded(parts, cluster, ref.namespace, holders.get(key))) return { items: [] }
  const changes = await parts.store.recorded.changes(cluster, key, limit)
  return {
    items: changes.map(({ at, from, to, writer }) => ({
      ...writingOf(writer),
      at,
      ...(from === undefined ? {} : { from: { ...from } }),
      ...(to === undefined ? {} : { to: { ...to } }),
    })),
  }
}

function writingOf({ sure, when, whenIsBound, ...writer }: Attribution) {
  return { writer, sure, when, whenIsBound }
}
