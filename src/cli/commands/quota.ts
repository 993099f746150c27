import type { QuotaPage, QuotaView } from '../../api/index.ts'
import type { ExitCode } from '../exit-code.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, type ListShape } from '../output/format.ts'
import { codeOfSight, saySight, sightOf } from '../output/recorded-sight.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

/** The options of `ek quota`, as they stand on the command line. */
export interface QuotaFlags extends Options {
  readonly resource?: string
  readonly atLeast?: number
}

const mostRows = 100

/** `ek quota`: how full quotas are, the fullest first. 2 when no cluster answered. */
export async function quotaCommand(session: Session, options: QuotaFlags): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  await checkClusterNames(client, options.cluster)
  const { namespace, resource, atLeast } = options
  const query = {
    ...scopeOf(options),
    limit: options.limit ?? mostRows,
    ...(namespace === undefined ? {} : { namespace }),
    ...(resource === undefined ? {} : { resource }),
    ...(atLeast === undefined ? {} : { atLeast }),
  }
  let page: QuotaPage | undefined
  await showList(session, options, format, quotaShape(session.now), async () => {
    page = await client.quotas({ query })
    const { items, total, resources } = page
    return { rows: items, beside: { total, resources, ...sightOf(page) }, empty: emptyText(page) }
  })
  if (page === undefined) throw new Error('a list was shown without having been asked for')
  if (!isMachineFormat(format) && options.watch !== true) {
    if (page.total > page.items.length)
      session.terminal.note(`${page.items.length} of ${page.total} rows; --limit shows more`)
    saySight(session, page)
  }
  return codeOfSight(page)
}

function emptyText({ answered }: QuotaPage): string {
  return answered === 0 ? 'nothing is known yet' : 'no quota matches'
}

function quotaShape(now: () => number): ListShape<QuotaView> {
  return {
    kind: 'QuotaList',
    name: ({ cluster, object, resource }) => `${cluster}/${object.namespace}/${object.name}/${resource}`,
    columns: [
      { title: 'CLUSTER', cell: ({ cluster }) => cluster },
      { title: 'NAMESPACE', cell: ({ object }) => object.namespace },
      { title: 'QUOTA', cell: ({ object }) => object.name },
      { title: 'RESOURCE', cell: ({ resource }) => resource },
      { title: 'USED', cell: ({ used }) => used ?? '?', align: 'right' },
      { title: 'HARD', cell: ({ hard }) => hard, align: 'right' },
      { title: 'FULL', cell: percentText, align: 'right' },
      { title: 'FULL IN', cell: daysText, align: 'right' },
      { title: 'IN GIT', cell: declaredText },
      { title: 'AGE', cell: ({ at }) => ageOf(at, now()), moving: true },
    ],
    wide: [
      { title: 'ENV', cell: ({ environment }) => environment },
      { title: 'LAST KNOWN', cell: ({ lastKnown }) => (lastKnown ? 'yes' : '-') },
    ],
  }
}

function percentText({ percent, lastKnown }: QuotaView): string {
  if (percent === undefined) return '?'
  return `${Math.round(percent)}%${lastKnown ? '?' : ''}`
}

/** `3d`, `<1d`, `full`; `-` where nothing foretells it. */
function daysText({ daysToFull, percent }: QuotaView): string {
  if (percent === undefined) return '?'
  if (percent >= 100) return 'full'
  if (daysToFull === undefined) return '-'
  return daysToFull < 1 ? '<1d' : `${Math.round(daysToFull)}d`
}

function declaredText({ bundle, drifted }: QuotaView): string {
  if (bundle === undefined) return 'nowhere'
  return `bundle ${bundle}${drifted ? ', differs' : ''}`
}
