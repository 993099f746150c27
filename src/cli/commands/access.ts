import type { AccessGrant, AccessMatrixView, WhoCanView } from '../../api/index.ts'
import { nameOf } from '../../core/object/index.ts'
import { subjectText } from '../../core/rbac/index.ts'
import type { ExitCode } from '../exit-code.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { formatOf, isMachineFormat, type ListShape } from '../output/format.ts'
import { codeOfSight, saySight, sightOf } from '../output/recorded-sight.ts'
import type { Column } from '../output/table.ts'
import { count } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

/** The options of `ek access`, as they stand on the command line. */
export interface AccessFlags extends Options {
  readonly name?: string
  readonly user?: string
  readonly group?: string[]
  readonly can?: string[]
  readonly subject?: string
  readonly system?: boolean
}

const mostRows = 500
const mostSubjects = 100

/** `ek access who-can`: who can, and by which binding on how many clusters. 2 when no cluster answered. */
export async function whoCan(
  session: Session,
  verb: string,
  resource: string,
  options: AccessFlags,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  await checkClusterNames(client, options.cluster)
  const { namespace, name, user, group } = options
  const asked = {
    ...scopeOf(options),
    verb,
    resource,
    limit: options.limit ?? mostRows,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  }
  const view = await client.whoCan({ query: asked })
  await showList(session, options, format, grantShape, async () => ({
    rows: view.items,
    beside: {
      question: view.question,
      total: view.total,
      environments: view.environments,
      ...sightOf(view),
    },
    empty: emptyText(view, options),
  }))
  if (!isMachineFormat(format)) {
    if (view.total > view.items.length)
      session.terminal.note(`${view.items.length} of ${view.total} rows; --limit shows more`)
    if (view.items.length > 0) session.terminal.note(environmentText(view))
    saySight(session, view)
  }
  return codeOfSight(view)
}

function emptyText({ question, answered, limited }: WhoCanView, { user, group }: AccessFlags): string {
  if (answered === 0) return `${question}: not known`
  const who = user ?? (group === undefined ? 'nobody' : `nobody in ${group.join(', ')}`)
  const seen = limited ? ', as far as you may look' : ''
  const cannot = user === undefined ? 'can' : 'cannot'
  return `${who} ${cannot} ${question} by RBAC on ${count(answered, 'cluster')}${seen}`
}

function environmentText({ question, environments }: WhoCanView): string {
  const parts = environments.map(({ environment, can, answered }) => `${environment} ${can} of ${answered}`)
  return `${question}: on ${parts.join(', ')} clusters that answered`
}

const grantShape: ListShape<AccessGrant> = {
  kind: 'WhoCan',
  name: ({ subject, binding }) => `${subjectText(subject)}/${nameOf(binding)}`.replaceAll(' ', '/'),
  columns: [
    { title: 'SUBJECT', cell: ({ subject }) => subjectText(subject) },
    { title: 'VIA', cell: ({ binding }) => nameOf(binding) },
    { title: 'ROLE', cell: ({ role }) => `${role.kind} ${role.name}` },
    { title: 'WHERE', cell: ({ binding }) => (binding.namespace === '' ? '*' : binding.namespace) },
    { title: 'CLUSTERS', cell: ({ clusters }) => String(clusters), align: 'right' },
    { title: 'IN GIT', cell: declaredText },
  ],
  wide: [{ title: 'ON', cell: ({ names, clusters }) => namesText(names, clusters) }],
}

/** `bundle teams`, `bundle teams, 2 differ`, `nowhere`: by each, with its clusters where there are several. */
function declaredText({ declared }: AccessGrant): string {
  return declared
    .map(({ bundle, clusters, drifted }) => {
      const where = bundle === undefined ? 'nowhere' : `bundle ${bundle}`
      const differ = drifted === 0 ? '' : `, ${drifted} differ`
      return `${where}${declared.length === 1 ? '' : ` ${clusters}`}${differ}`
    })
    .join('; ')
}

function namesText(names: readonly string[], clusters: number): string {
  const more = clusters > names.length ? ` … ${clusters - names.length} more` : ''
  return `${names.join(',')}${more}`
}

type Subject = AccessMatrixView['items'][number]

/** `ek access matrix`: a row a subject, a column a permission; a cell has the clusters of each environment. */
export async function accessMatrix(session: Session, options: AccessFlags): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  await checkClusterNames(client, options.cluster)
  const { can, namespace, subject, system } = options
  const view = await client.accessMatrix({
    query: {
      ...scopeOf(options),
      limit: options.limit ?? mostSubjects,
      ...(can === undefined ? {} : { permission: can }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(subject === undefined ? {} : { subject }),
      ...(system === true ? { system: 'true' as const } : {}),
    },
  })
  const { permissions, environments, total, hidden } = view
  const empty = view.answered === 0 ? 'nothing is known yet' : 'nobody can any of it'
  await showList(session, options, format, matrixShape(view), async () => ({
    rows: view.items,
    beside: { permissions, environments, total, hidden, ...sightOf(view) },
    empty,
  }))
  if (!isMachineFormat(format)) {
    if (total > view.items.length)
      session.terminal.note(`${view.items.length} of ${total} subjects; --limit shows more`)
    if (hidden > 0)
      session.terminal.note(
        `${count(hidden, 'subject')} of the clusters themselves left out; --system shows them`,
      )
    saySight(session, view)
  }
  return codeOfSight(view)
}

function matrixShape({ permissions }: AccessMatrixView): ListShape<Subject> {
  const columns = permissions.map(
    (title, permission): Column<Subject> => ({
      title: title.toUpperCase(),
      cell: ({ cells }) => cellText(cells.filter((one) => one.permission === permission)),
    }),
  )
  return {
    kind: 'AccessMatrix',
    name: ({ subject }) => subjectText(subject).replaceAll(' ', '/'),
    columns: [{ title: 'SUBJECT', cell: ({ subject }) => subjectText(subject) }, ...columns],
    wide: [{ title: 'VIA', cell: ({ cells }) => viaText(cells) }],
  }
}

function cellText(cells: Subject['cells']): string {
  if (cells.length === 0) return '-'
  return cells.map(({ environment, clusters }) => `${environment} ${clusters}`).join(', ')
}

function viaText(cells: Subject['cells']): string {
  return [...new Set(cells.flatMap(({ via }) => via.map(({ binding }) => nameOf(binding))))].join(', ')
}
