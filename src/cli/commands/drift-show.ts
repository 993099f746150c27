import type { DriftPage, DriftView } from '../../api/index.ts'
import { targetArguments } from '../arguments/target-arguments.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { checkHeld } from '../held-by-bundle.ts'
import { allPages } from '../hub/connect.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { ageOf, spanOf } from '../output/age.ts'
import { formatOf, isMachineFormat, type ListShape, ListWatch, printList } from '../output/format.ts'
import type { Column } from '../output/table.ts'
import { argumentOf, count, fieldText, valueText } from '../output/words.ts'
import { namespaceOf, type Options, scopeOf, type Session } from '../session.ts'
import { watchLoop } from '../watch-loop.ts'

/**
 * `ek drift show [cluster] [object]`: the fields that differ. Ends with 1 when there are any, and when clusters are
 * missing from the answer; with 2 when none answered (cli §4). Throws `not-held` for an object that no bundle holds there.
 */
export async function driftShow(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  const { clusters, object } = await targetArguments(session, words, options)
  await checkClusterNames(client, clusters)
  const namespace = object?.namespace ?? namespaceOf(options)
  const query = {
    ...scopeOf(options),
    ...(clusters === undefined ? {} : { cluster: [...clusters] }),
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
    ...(object === undefined ? {} : { kind: object.kind, name: object.name }),
    ...(object?.group === undefined ? {} : { group: object.group }),
    ...(namespace === undefined ? {} : { namespace }),
  }
  const ask = (): Promise<DriftPage> => allPages((cursor) => client.drift({ query: { ...query, cursor } }))
  const one = clusters?.length === 1 && object !== undefined
  const checked = async (page: DriftPage): Promise<DriftPage> => {
    if (object === undefined || page.items.length > 0) return page
    const away = new Set(page.unanswered.map(({ cluster }) => cluster))
    const answering = (clusters ?? []).filter((name) => !away.has(name))
    if (answering.length > 0) await checkHeld(session, client, answering, object)
    return page
  }
  const shape = one ? fieldShape(session.now) : inboxShape(session.now)
  if (options.watch === true) {
    if (object !== undefined) await checked(await ask())
    const watch = new ListWatch(session.terminal, format, shape)
    await watchLoop(session, async () => {
      const page = await ask()
      await watch.print(page.items, besideOf(page))
    })
    return exitCodes.success
  }
  const page = await checked(await ask())
  await printList(session.terminal, format, shape, page.items, besideOf(page))
  if (one && format === 'table') printAround(session, page.items)
  if (!isMachineFormat(format)) sayWhatIsMissing(session, page)
  return codeOf(page)
}

/** `ek get drift`: the same list, without a verdict in the exit code. */
export async function getDrift(session: Session, options: Options): Promise<ExitCode> {
  const code = await driftShow(session, [], options)
  return code === exitCodes.findings ? exitCodes.success : code
}

function codeOf(page: DriftPage): ExitCode {
  if (page.answered === 0) return exitCodes.error
  return page.items.length > 0 || page.unanswered.length > 0 ? exitCodes.findings : exitCodes.success
}

function besideOf({ answered, unanswered, asOf, total }: DriftPage): object {
  return { answered, unanswered, ...(asOf === undefined ? {} : { asOf }), total }
}

function sayWhatIsMissing(session: Session, page: DriftPage): void {
  const { terminal } = session
  const now = session.now()
  if (page.items.length === 0 && page.answered > 0) {
    const asOf = page.asOf === undefined ? '' : `  (as of ${ageOf(page.asOf, now)})`
    terminal.note(`no differences on ${count(page.answered, 'cluster')}${asOf}`)
  }
  if (page.items.length === 0 && page.answered === 0 && page.unanswered.length === 0) {
    terminal.note('no cluster matches')
  }
  for (const { cluster, seen, reason } of page.unanswered) {
    const since = seen === undefined ? 'never seen' : `last seen ${ageOf(seen, now)} ago`
    terminal.note(`unknown: ${cluster}: ${since}: ${reason}`)
  }
}

/** What stands below the fields of one object. */
function printAround(session: Session, items: readonly DriftView[]): void {
  const [first] = items
  if (first === undefined) return
  session.terminal.line(`mode: ${first.mode}   policy: ${policyOf(items, session.now())}`)
  if (first.origin !== undefined) {
    const { repository, file, line } = first.origin
    const place = repository === undefined ? '' : `${repository} `
    session.terminal.line(`declared: ${place}${file}:${line}`)
  }
}

/** What becomes of differences by themselves: the soonest of several. */
function policyOf(items: readonly DriftView[], now: number): string {
  const soonest = items.toSorted((a, b) => (a.healAt ?? '~').localeCompare(b.healAt ?? '~'))[0]
  return soonest === undefined ? '-' : policyText(soonest, now)
}

function policyText(drift: DriftView, now: number): string {
  if (drift.hold !== undefined) return `held back: ${drift.hold.kind}: ${drift.hold.detail}`
  if (drift.mode === 'observe') return 'report only'
  if (drift.mode === 'ask') return 'waits for a verdict'
  if (drift.healAfterMs === undefined) return 'report only'
  if (drift.healAfterMs === 0) return 'heal at once'
  const left = drift.healAt === undefined ? '' : ` (${spanOf(Date.parse(drift.healAt) - now)} left)`
  return `heal after ${spanOf(drift.healAfterMs)}${left}`
}

/** In few words, for a list. */
function outcomeText(drift: DriftView, now: number): string {
  if (drift.state === 'healing') return 'healing'
  if (drift.hold !== undefined) return `held: ${drift.hold.kind}`
  if (drift.mode === 'observe') return 'report only'
  if (drift.mode === 'ask') return 'waits for a verdict'
  if (drift.healAt === undefined) return 'report only'
  return `heals in ${spanOf(Date.parse(drift.healAt) - now)}`
}

function fieldColumns(now: () => number): Column<DriftView>[] {
  return [
    { title: 'FIELD', cell: (one) => fieldText(one.path) },
    { title: 'DESIRED', cell: (one) => valueText(one.desired) },
    { title: 'LIVE', cell: (one) => (one.lastKnown ? '?' : valueText(one.live)) },
    { title: 'OWNER', cell: (one) => one.writer.manager ?? '-' },
    { title: 'BY', cell: (one) => one.writer.person ?? '-' },
    {
      title: 'WHEN',
      cell: (one) => `${one.whenIsBound ? '≤' : ''}${ageOf(one.when, now())}`,
      min: 5,
      moving: true,
    },
    { title: 'SURE', cell: (one) => one.sure },
  ]
}

function wideColumns(now: () => number): Column<DriftView>[] {
  return [
    { title: 'CLASS', cell: (one) => one.class },
    { title: 'KIND', cell: (one) => one.writer.kind },
    { title: 'CAUSE', cell: (one) => one.cause },
    { title: 'BUNDLE', cell: (one) => one.bundle },
    { title: 'SEEN', cell: (one) => ageOf(one.lastSeen, now()), moving: true },
    { title: 'ID', cell: (one) => one.id },
  ]
}

function fieldShape(now: () => number): ListShape<DriftView> {
  return {
    kind: 'DriftList',
    name: (one) => `drift/${one.id}`,
    columns: fieldColumns(now),
    wide: wideColumns(now),
  }
}

function inboxShape(now: () => number): ListShape<DriftView> {
  return {
    kind: 'DriftList',
    name: (one) => `drift/${one.id}`,
    columns: [
      { title: 'CLUSTER', cell: (one) => one.cluster },
      { title: 'OBJECT', cell: (one) => argumentOf(one.object) },
      ...fieldColumns(now),
      { title: 'OUTCOME', cell: (one) => outcomeText(one, now()), moving: true },
    ],
    wide: wideColumns(now),
  }
}
