import type { EventView } from '../../api/index.ts'
import { parseDuration } from '../../core/kinds/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { ageOf } from '../output/age.ts'
import { type Format, formatOf, isMachineFormat, type ListShape, printList } from '../output/format.ts'
import { type Column, tableLines } from '../output/table.ts'
import { argumentOf } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'

/** `ek events`: what happened, oldest first; with `-w` what happens from then on as well. */
export async function eventsCommand(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  if (options.output === 'cloudevents') return await cloudEvents(session, options)
  const format = formatOf(options.output)
  const shape = eventShape(session.now)
  const query = queryOf(session, options)
  const { items, last } = await client.events({ query })
  await printList(session.terminal, format, shape, items)
  if (items.length === 0 && !isMachineFormat(format)) session.terminal.note('nothing happened')
  if (options.watch === true) await follow(session, format, shape, last, { ...query, since: undefined })
  return exitCodes.success
}

function queryOf(session: Session, options: Options) {
  return {
    ...scopeOf(options),
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
    ...(options.type === undefined ? {} : { type: options.type }),
    ...(options.since === undefined ? {} : { since: sinceOf(options.since, session.now()) }),
    limit: options.limit ?? 100,
  }
}

/** `-o cloudevents`: a batch of CloudEvents 1.0 in their JSON format. */
async function cloudEvents(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const items = await client.cloudEvents({ query: queryOf(session, options) })
  session.terminal.raw(`${JSON.stringify(items, null, 2)}\n`)
  return exitCodes.success
}

async function follow(
  session: Session,
  format: Format,
  shape: ListShape<EventView>,
  last: number,
  query: object,
): Promise<void> {
  const { client } = await session.hub()
  const { signal, terminal } = session
  const note = (state: { connected: boolean; reason?: string }): void => {
    if (!state.connected) terminal.note(`note: live updates lost: ${state.reason ?? 'the hub ended them'}`)
  }
  let seen = last
  for await (const event of client.follow({ after: last, signal, onConnection: note })) {
    if (event.sequence <= seen) continue
    // The stream has everything; the hub knows which of it the scope means.
    const { items } = await client.events({ query: { ...query, after: seen } })
    seen = Math.max(event.sequence, items.at(-1)?.sequence ?? 0)
    if (isMachineFormat(format)) for (const item of items) terminal.raw(`${JSON.stringify(item)}\n`)
    else printRows(session, format, shape, items)
  }
}

function printRows(session: Session, format: Format, shape: ListShape<EventView>, rows: EventView[]): void {
  if (format === 'name') {
    for (const row of rows) session.terminal.line(shape.name(row))
    return
  }
  const columns: readonly Column<EventView>[] = shape.columns
  const lines = tableLines(columns, rows, { width: session.terminal.width, header: false })
  for (const line of lines) session.terminal.line(line)
}

/** `1h` or a time, as RFC 3339. */
function sinceOf(text: string, now: number): string {
  const span = parseDuration(text)
  if (span !== undefined) return new Date(now - span).toISOString()
  const at = Date.parse(text)
  if (Number.isNaN(at)) {
    throw cliFailure('usage', `--since ${text}: neither a span nor a time`, {
      hint: 'write a span such as 1h30m, or a time such as 2026-01-31T14:05:00Z',
    })
  }
  return new Date(at).toISOString()
}

function eventShape(now: () => number): ListShape<EventView> {
  return {
    kind: 'EventList',
    name: (one) => `event/${one.id}`,
    columns: [
      { title: 'AGE', cell: (one) => ageOf(one.at, now()), moving: true, min: 3 },
      { title: 'TYPE', cell: (one) => one.type, min: 9 },
      { title: 'CLUSTER', cell: (one) => one.cluster ?? '-' },
      { title: 'OBJECT', cell: (one) => (one.object === undefined ? '-' : argumentOf(one.object)) },
      { title: 'BY', cell: (one) => one.actor ?? '-' },
      { title: 'MESSAGE', cell: (one) => one.message, flexible: true },
    ],
    wide: [
      { title: 'ID', cell: (one) => one.id },
      { title: 'BUNDLE', cell: (one) => one.bundle ?? '-' },
      { title: 'REASON', cell: (one) => one.reason ?? '-' },
      { title: 'REQUEST', cell: (one) => one.requestId ?? '-' },
    ],
  }
}
