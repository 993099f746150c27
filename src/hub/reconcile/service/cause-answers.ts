import {
  type CauseDetail,
  type CauseQuery,
  type CauseSummary,
  type CauseTab,
  type Scope,
  valueViewOf,
} from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import type { DriftRecord, DriftState } from '../../../core/ledger/index.ts'
import type { Page } from '../../service.ts'
import type { DriftFilter } from '../../store/index.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, seesPlaced, tierOf } from './in-scope.ts'
import { modeOf } from './placed-bundle.ts'

const standing: readonly DriftState[] = ['open', 'healing']
const over: readonly DriftState[] = ['healed', 'gone']
const shortest = 'c-'.length + 4
/** Causes are counted in the store; those that are shown on one page are looked at record by record. */
const mostCauses = 200
const shownNames = 50

/** Causes in scope, those of most clusters first, each with what happens if nobody decides. */
export async function listCauses(parts: HubParts, query: CauseQuery): Promise<Page<CauseSummary>> {
  const clusters = clustersInScope(parts, query)
  const filter: DriftFilter = {
    clusters: clusters.map(({ name }) => name),
    states: query.tab === 'settled' ? over : standing,
    within: readable(parts.grants),
    ...(query.bundle === undefined ? {} : { bundle: query.bundle }),
  }
  const counted = await parts.store.drift.causes(filter, mostCauses)
  const ids = counted.items.map(({ cause }) => cause)
  const all: CauseSummary[] = []
  for (const id of ids) {
    const records = await parts.store.drift.select({ ...filter, cause: id })
    const summary = summaryOf(parts, clusters, records, shortOf(id, ids))
    if (summary !== undefined && (query.tab === undefined || summary.tab === query.tab)) all.push(summary)
  }
  const from = Number(query.cursor ?? 0)
  const items = all.slice(from, from + query.limit)
  const next = from + query.limit
  const total = query.tab === undefined ? counted.total : all.length
  return { items, total, ...(next < all.length ? { next: String(next) } : {}) }
}

/** One cause by its id or an unambiguous beginning of it. Undefined where none, or more than one, is meant. */
export async function describeCause(
  parts: HubParts,
  id: string,
  scope: Scope,
): Promise<CauseDetail | undefined> {
  const clusters = clustersInScope(parts, scope)
  const names = clusters.map(({ name }) => name)
  for (const states of [standing, over]) {
    const filter: DriftFilter = { clusters: names, states, within: readable(parts.grants) }
    const ids = (await parts.store.drift.causes(filter, mostCauses)).items.map(({ cause }) => cause)
    const exact = id.length > shortest && !ids.includes(id) ? [id] : []
    const meant = [...ids.filter((one) => one.startsWith(id)), ...exact]
    const [only] = meant
    if (only === undefined || (meant.length > 1 && !ids.includes(id))) continue
    const records = await parts.store.drift.select({ ...filter, cause: ids.includes(id) ? id : only })
    const summary = summaryOf(parts, clusters, records, shortOf(only, ids))
    if (summary !== undefined) return { ...summary, members: membersOf(parts, clusters, records) }
  }
  return undefined
}

function summaryOf(
  parts: HubParts,
  clusters: readonly FleetCluster[],
  records: readonly DriftRecord[],
  short: string,
): CauseSummary | undefined {
  const [example] = records
  if (example === undefined) return undefined
  const names = [...new Set(records.map(({ cluster }) => cluster))].toSorted()
  const have = new Set(names)
  const running = clusters.filter(({ name }) => have.has(name) || runs(parts, name, example.bundle))
  const modes = modesOf(parts, names, example.bundle)
  const { tab, outcome } = whatHappens(records, modes)
  const people = [...new Set(records.flatMap(({ writer }) => writer.person ?? []))].toSorted()
  const times = records.map(({ when }) => when).toSorted()
  const sure = { exact: 0, observed: 0, inferred: 0 }
  for (const record of records) sure[record.sure] += 1
  return {
    id: example.cause,
    short,
    tab,
    state: 'drifted',
    object: example.ref,
    bundle: example.bundle,
    path: example.path,
    class: example.class,
    desired: valueViewOf(example.desired),
    live: valueViewOf(example.live),
    writer: example.writer,
    clusters: names.length,
    names: names.slice(0, shownNames),
    since: records.map(({ firstSeen }) => firstSeen).toSorted()[0] ?? example.firstSeen,
    of: running.length,
    where: whereOf(running, have),
    fields: records.length,
    outcome,
    modes,
    people: people.slice(0, 5),
    sure,
    firstWritten: times[0] ?? example.when,
    lastWritten: times.at(-1) ?? example.when,
    whenIsBound: records.some(({ whenIsBound }) => whenIsBound),
    unknown: running.filter(({ name }) => !have.has(name) && !parts.board.isKnown(name)).length,
  }
}

function membersOf(
  parts: HubParts,
  clusters: readonly FleetCluster[],
  records: readonly DriftRecord[],
): CauseDetail['members'] {
  const have = new Set(records.map(({ cluster }) => cluster))
  const bundle = records[0]?.bundle ?? ''
  return clusters
    .filter(({ name }) => have.has(name) || runs(parts, name, bundle))
    .map((found) => ({
      cluster: found.name,
      environment: found.cluster.spec.environment,
      tier: tierOf(found),
      state: parts.board.standing(found.name).state,
      has: !parts.board.isKnown(found.name) ? 'unknown' : have.has(found.name) ? 'has' : 'lacks',
    }))
}

function runs(parts: HubParts, cluster: string, bundle: string): boolean {
  return parts.board.assignment(cluster, bundle) !== undefined && seesPlaced(parts, cluster, bundle)
}

function modesOf(parts: HubParts, clusters: readonly string[], bundle: string): CauseSummary['modes'] {
  const found = clusters.flatMap((name) => parts.board.assignment(name, bundle) ?? [])
  return [...new Set(found.map((assignment) => modeOf(parts, assignment)))].toSorted()
}

function whereOf(running: readonly FleetCluster[], have: ReadonlySet<string>): CauseSummary['where'] {
  const by = new Map<string, { environment: string; have: number; of: number }>()
  for (const { name, cluster } of running) {
    const { environment } = cluster.spec
    const counted = by.get(environment) ?? { environment, have: 0, of: 0 }
    counted.of += 1
    if (have.has(name)) counted.have += 1
    by.set(environment, counted)
  }
  return [...by.values()].toSorted((one, two) => two.have - one.have || two.of - one.of)
}

/** What becomes of a cause if nobody decides, and therefore whose turn it is. */
function whatHappens(
  records: readonly DriftRecord[],
  modes: readonly string[],
): { tab: CauseTab; outcome: CauseSummary['outcome'] } {
  const ended = records
    .flatMap(({ healedAt }) => healedAt ?? [])
    .toSorted()
    .at(-1)
  if (records.every(({ state }) => state === 'healed' || state === 'gone')) {
    const is = records.some(({ state }) => state === 'healed') ? 'healed' : 'gone'
    return { tab: 'settled', outcome: { is, ...(ended === undefined ? {} : { at: ended }) } }
  }
  const held = records.find(({ hold }) => hold !== undefined)?.hold
  if (held !== undefined) return { tab: 'needs-you', outcome: { is: 'held', detail: held.detail } }
  if (records.some(({ state }) => state === 'healing'))
    return { tab: 'automatic', outcome: { is: 'healing' } }
  const at = records.flatMap(({ healAt }) => healAt ?? []).toSorted()[0]
  if (at !== undefined) {
    const byPerson = records.some(({ writer }) => writer.kind === 'human')
    return { tab: byPerson ? 'needs-you' : 'automatic', outcome: { is: 'heals', at } }
  }
  return { tab: 'needs-you', outcome: { is: modes.includes('ask') ? 'waits' : 'report-only' } }
}

/** The shortest beginning of an id, of at least four digits, that no other one has. */
function shortOf(id: string, all: readonly string[]): string {
  let length = shortest
  while (length < id.length && all.some((one) => one !== id && one.startsWith(id.slice(0, length)))) length++
  return id.slice(0, length)
}
