import type { SearchView } from '../../api/index.ts'
import { nameOf } from '../../core/object/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { formatOf, isMachineFormat, type ListShape } from '../output/format.ts'
import { stateText } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

const fewest = 200

type Found = SearchView['items'][number]

/** `ek search`: objects of all clusters. Clusters whose part is old are named. */
export async function searchCommand(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  await checkClusterNames(client, options.cluster)
  const query = { ...scopeOf(options), q: words.join(' '), limit: options.limit ?? fewest }
  await showList(session, options, format, shape, async () => {
    const { items, total, groups, stale, problem } = await client.search({ query })
    if (problem !== undefined) throw cliFailure('usage', `search: ${problem}`)
    if (!isMachineFormat(format)) {
      const more = total > items.length ? `, ${items.length} shown` : ''
      const where = groups.map(({ environment, objects }) => `${environment} ${objects}`).join(', ')
      if (total > 0) session.terminal.note(`${total} found (${where})${more}`)
      if (stale.length > 0) session.terminal.note(`as of before they were lost: ${stale.join(', ')}`)
    }
    return { rows: items, beside: { total, groups, stale }, empty: 'nothing matches' }
  })
  return exitCodes.success
}

const shape: ListShape<Found> = {
  kind: 'SearchResult',
  name: ({ cluster, object }) =>
    `${cluster}/${object.kind.toLowerCase()}/${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`,
  columns: [
    { title: 'CLUSTER', cell: (one) => one.cluster },
    { title: 'ENV', cell: (one) => one.environment },
    { title: 'OBJECT', cell: (one) => nameOf(one.object) },
    { title: 'BUNDLE', cell: (one) => one.bundle },
    { title: 'STATE', cell: (one) => stateText(one.state) },
    { title: 'REPLICAS', cell: replicasText, align: 'right' },
  ],
  wide: [
    { title: 'IMAGES', cell: (one) => one.images.join(',') || '-' },
    { title: 'OWNERS', cell: (one) => one.owners.join(',') || '-' },
  ],
}

function replicasText({ replicas, ready }: Found): string {
  if (replicas === undefined) return '-'
  return ready === undefined ? String(replicas) : `${ready}/${replicas}`
}
