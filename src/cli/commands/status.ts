import type { CauseView, StatusView } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { type Column, tableLines } from '../output/table.ts'
import { count, fieldText, glyphText, placeOf, valueText } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { watchLoop } from '../watch-loop.ts'

/** `ek status`: the fleet in one line, and the causes of drift. */
export async function statusCommand(session: Session, options: Options): Promise<ExitCode> {
  const format = formatOf(options.output)
  const { client } = await session.hub()
  await checkClusterNames(client, options.cluster)
  let before = ''
  const look = async (): Promise<void> => {
    const status = await client.status({ query: scopeOf(options) })
    const seen = JSON.stringify({ ...status, asOf: undefined })
    if (seen === before) return
    before = seen
    if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Status', status)
    else printStatus(session, status)
  }
  if (options.watch === true) await watchLoop(session, look)
  else await look()
  return exitCodes.success
}

function printStatus(session: Session, status: StatusView): void {
  const { terminal } = session
  const now = session.now()
  terminal.line(summaryOf(status, now))
  if (status.causes.length > 0) {
    for (const line of tableLines(causeColumns(now), status.causes, { width: terminal.width }))
      terminal.line(line)
  }
  const { causes, clusters } = status.moreCauses
  if (causes > 0) terminal.line(`… ${causes} more (${count(clusters, 'cluster')})`)
  if (status.waitingPlans > 0) {
    const plans = status.waitingPlans === 1 ? 'plan waits' : 'plans wait'
    terminal.note(`note: ${status.waitingPlans} ${plans} for a decision: ${session.program} get plans`)
  }
  if (status.problems > 0) {
    const problems = count(status.problems, 'problem')
    terminal.note(`note: ${problems} in the fleet's files: ${session.program} describe fleet`)
  }
}

/** The parts in the order of the sample; what is pending stands inside "in sync" (ux §3). */
const parts = [
  ['drifted', 'drifted'],
  ['failed', 'failed'],
  ['in-progress', 'in progress'],
  ['leased', 'leased'],
  ['unreachable', 'unreachable'],
] as const

/** `1000 clusters: 902 in sync, 52 drifted …`: every cluster is counted once, and the parts add up. */
export function summaryOf(status: StatusView, now: number): string {
  const { states } = status
  const pending = states.pending > 0 ? ` (${states.pending} pending)` : ''
  const inSync = `${states['in-sync'] + states.pending} in sync${pending}`
  const rest = parts.filter(([state]) => states[state] > 0).map(([state, word]) => `${states[state]} ${word}`)
  return `${count(status.clusters, 'cluster')}: ${[inSync, ...rest].join(', ')}  (as of ${ageOf(status.asOf, now)})`
}

function causeColumns(now: number): Column<CauseView>[] {
  return [
    { title: 'CAUSE', cell: causeText, min: 39, flexible: true },
    { title: 'CLUSTERS', cell: (cause) => String(cause.clusters), align: 'right' },
    { title: 'BY', cell: (cause) => cause.writer.manager ?? '-' },
    { title: 'SINCE', cell: (cause) => ageOf(cause.since, now), moving: true },
  ]
}

/** `◆ checkout/api spec.replicas 3->5`; values that cannot be shown are left out. */
function causeText(cause: CauseView): string {
  const { desired, live } = cause
  const shown = desired.is === 'text' || live.is === 'text'
  const values = shown ? ` ${valueText(desired)}->${valueText(live)}` : ''
  const field = cause.path === '' ? cause.class : fieldText(cause.path)
  return `${glyphText(cause.state)} ${placeOf(cause.object)} ${field}${values}`
}
