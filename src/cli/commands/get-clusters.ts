import type { ClusterView } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, type ListShape } from '../output/format.ts'
import { shortId, stateText } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

/** `ek get clusters`. */
export async function getClusters(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  await checkClusterNames(client, options.cluster)
  await showList(session, options, formatOf(options.output), clusterShape(session.now), async () => {
    const query = { ...scopeOf(options), ...(options.state === undefined ? {} : { state: options.state }) }
    const { items } = await allPages((cursor) => client.clusters({ query: { ...query, cursor } }))
    return { rows: items, empty: 'no cluster matches' }
  })
  return exitCodes.success
}

function clusterShape(now: () => number): ListShape<ClusterView> {
  return {
    kind: 'ClusterList',
    name: (one) => `cluster/${one.name}`,
    columns: [
      { title: 'NAME', cell: (one) => one.name },
      { title: 'ENV', cell: (one) => one.environment },
      { title: 'TIER', cell: (one) => one.tier },
      { title: 'VERSION', cell: (one) => one.version ?? '?' },
      { title: 'STATE', cell: (one) => stateText(one.state) },
      { title: 'DRIFT', cell: (one) => (one.drift === null ? '?' : String(one.drift)), align: 'right' },
      { title: 'SEEN', cell: (one) => ageOf(one.seen, now()), moving: true },
    ],
    wide: [
      { title: 'BUNDLES', cell: (one) => String(one.bundles), align: 'right' },
      { title: 'FLAGS', cell: (one) => one.flags.join(',') || '-' },
      { title: 'ID', cell: (one) => shortId(one.clusterId) },
      { title: 'LABELS', cell: (one) => labelsText(one.labels) },
      { title: 'REASON', cell: (one) => one.reason ?? '-' },
    ],
  }
}

function labelsText(labels: { readonly [name: string]: string }): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return pairs.length === 0 ? '-' : pairs.toSorted().join(',')
}
