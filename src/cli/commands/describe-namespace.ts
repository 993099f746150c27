import type { NamespaceView } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { ageOf } from '../output/age.ts'
import { type Column, tableLines } from '../output/table.ts'
import { environmentMark, shortRevision, stateText } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { printedForMachine, printFacts } from './describe.ts'

type OnCluster = NamespaceView['items'][number]
type OfBundle = OnCluster['bundles'][number]
type Row = OfBundle['objects'][number]

const largestPage = 200

/** `ek describe namespace <name>`: what runs in it on each cluster, at which commit, and which lines say so. */
export async function describeNamespace(session: Session, name: string, options: Options): Promise<ExitCode> {
  const view = await wholeNamespace(session, name, options)
  if (await printedForMachine(session, options, 'Namespace', view)) return exitCodes.success
  printFacts(session, [
    ['Name', view.namespace],
    ['Clusters', String(view.clusters)],
    ['Objects', String(view.objects)],
  ])
  for (const on of view.items) printCluster(session, on, view.commits)
  return exitCodes.success
}

async function wholeNamespace(session: Session, namespace: string, options: Options): Promise<NamespaceView> {
  const { client } = await session.hub()
  const ask = (cursor: string | undefined): Promise<NamespaceView> =>
    client.namespace({ params: { namespace }, query: { ...scopeOf(options), limit: largestPage, cursor } })
  const first = await ask(undefined)
  const [items, commits] = [[...first.items], [...first.commits]]
  let { next } = first
  while (next !== undefined) {
    const page = await ask(next)
    items.push(...page.items)
    commits.push(...page.commits)
    next = page.next
  }
  const { next: _next, ...rest } = first
  return { ...rest, items, commits }
}

function printCluster(session: Session, on: OnCluster, commits: NamespaceView['commits']): void {
  const { terminal } = session
  const now = session.now()
  terminal.line()
  terminal.line(
    `${environmentMark(on)} ${on.cluster}  ${stateText(on.state)}  (seen ${ageOf(on.seen, now)} ago)`,
  )
  if (on.away !== undefined) terminal.line(`! what is listed is from before: ${on.away}`)
  for (const of of on.bundles) {
    printFacts(session, [
      [
        'Bundle',
        `${of.bundle}  ${of.state === undefined ? 'not placed here any more' : stateText(of.state)}`,
      ],
      ['Owner', of.owner],
      [
        'Commit',
        of.applied === undefined
          ? 'nothing applied yet'
          : commitText(of.bundle, of.applied.revision, commits),
      ],
      ['Next', nextText(of, commits)],
      ...of.settings.map(({ name, value, from, origin }): [string, string] => [
        name.slice(0, 1).toUpperCase() + name.slice(1),
        `${value}  (${from}${origin === undefined ? '' : `, ${origin.file}:${origin.line}`})`,
      ]),
    ])
    for (const line of tableLines(columns, of.objects, { width: terminal.width })) terminal.line(line)
  }
  if (on.left > 0) terminal.line(`and ${on.left} more: ek search cluster:${on.cluster}`)
}

function commitText(bundle: string, revision: string, commits: NamespaceView['commits']): string {
  const note = commits.find((one) => one.bundle === bundle && one.revision === revision)
  const said = note === undefined ? '' : `  ${note.subject}  (${note.author}, ${note.at.slice(0, 10)})`
  return `${shortRevision(revision)}${said}`
}

function nextText(
  { bundle, desired, applied, waits }: OfBundle,
  commits: NamespaceView['commits'],
): string | undefined {
  if (desired === undefined || desired === applied?.revision) return undefined
  return `${commitText(bundle, desired, commits)}${waits === undefined ? '' : `  ${waits}`}`
}

const columns: readonly Column<Row>[] = [
  { title: 'OBJECT', cell: ({ object }) => `${object.kind} ${object.name}` },
  { title: 'HEALTH', cell: ({ health }) => health },
  { title: 'DRIFT', cell: ({ drift }) => (drift === null ? '?' : String(drift)), align: 'right' },
  { title: 'IMAGES', cell: ({ images }) => (images.length === 0 ? '-' : images.join(', ')) },
  {
    title: 'READY',
    cell: ({ replicas, ready }) => (replicas === undefined ? '-' : `${ready ?? '?'}/${replicas}`),
    align: 'right',
  },
  {
    title: 'DECLARED IN',
    cell: ({ origin }) => (origin === undefined ? '-' : `${origin.file}:${origin.line}`),
    flexible: true,
  },
]
