import type {
  BundleDetailView,
  ClusterDetailView,
  ClusterFactsView,
  FleetView,
  PlacedBundleView,
} from '../../api/index.ts'
import { formatProblem } from '../../core/problem.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { type Column, tableLines } from '../output/table.ts'
import { environmentMark, shortRevision, stateText } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { statesText } from './get-bundles.ts'

/** `ek describe cluster <name>`: identity, state with its reason, and every bundle on it. */
export async function describeCluster(session: Session, name: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const cluster = await client.cluster({ params: { cluster: name } })
  if (await printedForMachine(session, options, 'Cluster', cluster)) return exitCodes.success
  const now = session.now()
  printFacts(session, clusterFacts(cluster, now))
  printPlaced(session, cluster.placed, { title: 'BUNDLE', cell: (one) => one.bundle })
  return exitCodes.success
}

/** `ek describe bundle <name>`: its source, and what runs where at which revision. */
export async function describeBundle(session: Session, name: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const bundle = await client.bundle({ params: { bundle: name } })
  if (await printedForMachine(session, options, 'Bundle', bundle)) return exitCodes.success
  printFacts(session, bundleFacts(bundle, session.now()))
  printPlaced(session, bundle.placed, { title: 'CLUSTER', cell: (one) => one.cluster })
  for (const { cluster, reason } of bundle.unknown) {
    session.terminal.line(`? ${cluster}  placement is not known: ${reason}`)
  }
  for (const problem of bundle.problems) session.terminal.line(problemLine(problem))
  return exitCodes.success
}

/** `ek describe fleet`: the repository, its revision and what is wrong in its files. */
export async function describeFleet(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const fleet = await client.fleet()
  if (await printedForMachine(session, options, 'Fleet', fleet)) return exitCodes.success
  const now = session.now()
  printFacts(session, [
    ['Name', fleet.name],
    [
      'Revision',
      fleet.revision === undefined ? '?' : `${fleet.revision}  (loaded ${ageOf(fleet.loadedAt, now)} ago)`,
    ],
    ['Environments', String(fleet.environments)],
    ['Clusters', String(fleet.clusters)],
    ['Bundles', String(fleet.bundles)],
    ...fleet.repositories.map((one): Fact => ['Repository', repositoryText(one, now)]),
  ])
  for (const problem of fleet.problems) session.terminal.line(problemLine(problem))
  return exitCodes.success
}

type Fact = readonly [name: string, value: string | undefined]

/** Prints a view as JSON or YAML where that is asked for; false where people are to read it. */
export async function printedForMachine(
  session: Session,
  options: Options,
  kind: string,
  value: object,
): Promise<boolean> {
  const format = formatOf(options.output)
  if (!isMachineFormat(format)) return false
  await printDocument(session.terminal, format, kind, value)
  return true
}

/** One line a fact; what is not known is left out. */
export function printFacts(session: Session, facts: readonly Fact[]): void {
  for (const [name, value] of facts) {
    if (value !== undefined) session.terminal.line(`${`${name}:`.padEnd(14)}${value}`)
  }
}

function clusterFacts(cluster: ClusterDetailView, now: number): Fact[] {
  const { identity, failure, lastKnown } = cluster
  const labels = Object.entries(cluster.labels).map(([name, value]) => `${name}=${value}`)
  return [
    ['Name', `${environmentMark(identity)} ${cluster.name}  (${cluster.tier})`],
    ['State', stateText(cluster.state)],
    ['Reason', cluster.reason],
    [
      'Last known',
      lastKnown === undefined ? undefined : `${stateText(lastKnown.state)}  ${ageOf(lastKnown.at, now)} ago`,
    ],
    ['Failure', failure?.message],
    ['Hint', failure?.hint],
    ['Seen', cluster.seen === undefined ? 'never' : `${ageOf(cluster.seen, now)} ago`],
    ['ID', `${cluster.clusterId ?? '?'}  (verified ${ageOf(identity.verifiedAt, now)} ago)`],
    ['Version', cluster.version ?? '?'],
    ...discoveredFacts(cluster.facts, now),
    ['Mode', cluster.mode],
    ['Labels', labels.length === 0 ? undefined : labels.toSorted().join(', ')],
    ['Drift', cluster.drift === null ? '?' : String(cluster.drift)],
    ['Unknown APIs', cluster.failedGroups.length === 0 ? undefined : cluster.failedGroups.join(', ')],
  ]
}

/** What was discovered, with its age; a question mark where it is not known. */
function discoveredFacts(facts: ClusterFactsView | undefined, now: number): Fact[] {
  if (facts === undefined) return [['Facts', 'none known yet']]
  const { apis, capacity, nodes, namespaces, operators } = facts
  const list = (names: readonly string[] | undefined): string =>
    names === undefined ? '?' : names.length === 0 ? 'none' : names.join(', ')
  const kinds = new Set(Object.values(apis).flat()).size
  const sum =
    capacity === undefined ? '' : `, ${capacity.cpu} cores, ${Math.round(capacity.memory / 2 ** 30)} GiB`
  return [
    ['Facts', `looked at ${ageOf(facts.at, now)} ago`],
    ['Platform', facts.platform ?? '?'],
    ['APIs', `${Object.keys(apis).length} versions, ${kinds} kinds  (all of them with -o yaml)`],
    ['Nodes', nodes === undefined ? '?' : `${nodes}${sum}`],
    ['Namespaces', namespaces === undefined ? '?' : String(namespaces)],
    ['Operators', list(operators === undefined ? undefined : operatorTexts(operators))],
    ['Storage', list(facts.storageClasses)],
    ['Ingress', list(facts.ingressClasses)],
    ['Priorities', list(facts.priorityClasses)],
  ]
}

function operatorTexts(operators: Readonly<Record<string, string>>): string[] {
  return Object.entries(operators).map(([name, version]) => `${name} ${version}`)
}

function bundleFacts(bundle: BundleDetailView, now: number): Fact[] {
  const { repository, revision, path } = bundle.source
  return [
    ['Name', bundle.name],
    ['State', `${stateText(bundle.state)}  (${statesText(bundle)})`],
    ['Owner', bundle.owner],
    ['Source', [repository, path, revision].filter((part) => part !== undefined).join(' ')],
    ['Placement', bundle.placement ?? 'none: it goes to no cluster'],
    ['Mode', bundle.mode ?? "the environment's"],
    ['Revision', bundle.revision],
    ['Objects', bundle.objects === undefined ? '?' : String(bundle.objects)],
    ['Drift', bundle.drift === null ? '?' : String(bundle.drift)],
    ['As of', ageOf(bundle.asOf, now)],
  ]
}

function printPlaced(
  session: Session,
  placed: readonly PlacedBundleView[],
  first: Column<PlacedBundleView>,
): void {
  if (placed.length === 0) return
  const columns: Column<PlacedBundleView>[] = [
    first,
    { title: 'STATE', cell: (one) => stateText(one.state) },
    { title: 'MODE', cell: (one) => one.mode },
    { title: 'DESIRED', cell: (one) => shortRevision(one.desired.revision) },
    {
      title: 'APPLIED',
      cell: (one) => (one.applied === undefined ? '-' : shortRevision(one.applied.revision)),
    },
    { title: 'HEALTH', cell: (one) => one.health },
    { title: 'DRIFT', cell: (one) => (one.drift === null ? '?' : String(one.drift)), align: 'right' },
    { title: 'SEEN', cell: (one) => ageOf(one.seen, session.now()) },
    { title: 'REASON', cell: (one) => one.reason ?? '-', flexible: true },
  ]
  session.terminal.line()
  for (const line of tableLines(columns, placed, { width: session.terminal.width }))
    session.terminal.line(line)
  for (const one of placed) {
    for (const note of one.notes ?? []) session.terminal.line(`  ${first.cell(one)}  ${note}`)
    for (const trouble of one.troubles) session.terminal.line(`  ${first.cell(one)}  ${troubleText(trouble)}`)
  }
}

/** A failure begins with its subject by itself. */
function troubleText({ object, health, message }: PlacedBundleView['troubles'][number]): string {
  const rest = message.startsWith(`${object}: `) ? message.slice(object.length + 2) : message
  return `${object}: ${health}: ${rest}`
}

function repositoryText(one: FleetView['repositories'][number], now: number): string {
  const branch = one.branch === undefined ? '' : ` ${one.branch}`
  const since = one.since === undefined ? '' : ` for ${ageOf(one.since, now)}`
  const why = one.message === undefined ? '' : `: ${one.message}`
  return `${one.name}  ${one.url}${branch}  ${one.state}${since}${why}`
}

function problemLine(problem: FleetView['problems'][number]): string {
  const { column, hint, ...rest } = problem
  return formatProblem({
    ...rest,
    ...(column === undefined ? {} : { column }),
    ...(hint === undefined ? {} : { hint }),
  })
}
