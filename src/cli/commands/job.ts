import type { Client, JobRowView, JobView } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { confirmPlain } from '../identity-guard.ts'
import { ageOf, spanOf } from '../output/age.ts'
import { type Format, formatOf, isMachineFormat, type ListShape, printDocument } from '../output/format.ts'
import { tableLines } from '../output/table.ts'
import { argumentOf, count } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { showList } from '../show-list.ts'
import { watchLoop } from '../watch-loop.ts'

/** A job that runs is looked at so often, although nothing was heard of it. */
const lookEvery = 1_000

/** `ek job list`: newest first. */
export async function listJobs(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  await showList(session, options, formatOf(options.output), jobShape(session.now), async () => {
    const query = options.state === undefined ? {} : { state: options.state }
    const { items } = await allPages((cursor) => client.jobs({ query: { ...query, cursor } }))
    return { rows: items, empty: 'no job matches' }
  })
  return exitCodes.success
}

/** `ek job show <job>`: how far it is, then a line for each cluster. */
export async function showJob(session: Session, id: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  const job = await client.job({ params: { job: id } })
  const rows = await rowsOf(client, id)
  if (isMachineFormat(format)) {
    await printDocument(session.terminal, format, 'Job', { ...job, rows })
    return exitCodes.success
  }
  const { terminal, now } = session
  const about = job.bundles.length === 0 ? '' : `   bundle ${job.bundles.join(', ')}`
  terminal.line(`${progressText(job)}   by ${job.by} ${ageOf(job.createdAt, now())} ago${about}`)
  if (job.reason !== undefined) terminal.line(`reason: ${job.reason}`)
  if (job.cancelledBy !== undefined) terminal.line(`cancelled by ${job.cancelledBy}`)
  const columns = [
    { title: 'CLUSTER', cell: (row: JobRowView) => row.cluster },
    { title: 'STATE', cell: (row: JobRowView) => stateText(row) },
    {
      title: 'ENDED',
      cell: (row: JobRowView) => (row.endedAt === undefined ? '-' : ageOf(row.endedAt, now())),
    },
    { title: 'WHAT CAME OF IT', cell: resultText, flexible: true },
  ]
  const width = format === 'wide' ? undefined : terminal.width
  for (const line of tableLines(columns, rows, { width })) terminal.line(line)
  return exitCodes.success
}

/** `ek job watch <job>`: follows it to its end. */
export async function watchJob(session: Session, id: string, options: Options): Promise<ExitCode> {
  return await followJob(session, id, formatOf(options.output))
}

/** `ek job cancel <job>`: a question, then nothing more of it is begun. */
export async function cancelJob(session: Session, id: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  session.terminal.machineReadable = isMachineFormat(format)
  const before = await client.job({ params: { job: id } })
  session.terminal.plan(
    `${progressText(before)}; ${count(before.counts.waiting, 'cluster')} would not be begun`,
  )
  await confirmPlain(session, 'cancel', options)
  const job = await client.cancelJob({ params: { job: id } })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Job', job)
  else session.terminal.line(progressText(job))
  return exitCodes.success
}

/**
 * Tells how far a job is whenever that changes, until it ends; then what did not go well. Ends with 2 when anything did not,
 * and with 3 when every cluster answered as another one. An interruption leaves the job going.
 */
export async function followJob(session: Session, id: string, format: Format): Promise<ExitCode> {
  const { client } = await session.hub()
  const { terminal } = session
  const quiet = isMachineFormat(format)
  if (!quiet)
    terminal.note(`job ${id}: ctrl-C leaves it going; ${session.program} job watch ${id} follows it again`)
  let last: JobView | undefined
  let before = ''
  await watchLoop(
    session,
    async () => {
      last = await client.job({ params: { job: id } })
      const text = progressText(last)
      // What remains moves by itself; a line is for what happened.
      const mark = `${last.state} ${countsText(last)}`
      if (mark !== before && !quiet) terminal.plan(text)
      before = mark
      return isOver(last) ? 'end' : undefined
    },
    lookEvery,
  )
  if (last === undefined || !isOver(last)) return exitCodes.success
  const rows = await rowsOf(client, id)
  if (quiet) await printDocument(terminal, format, 'Job', { ...last, rows })
  const bad = rows.filter(({ state }) => state !== 'done')
  for (const row of bad) terminal.note(`${row.cluster}: ${stateText(row)}: ${resultText(row)}`)
  if (bad.length > 0 && bad.length === rows.length) {
    if (bad.every(({ failure }) => failure?.code === 'wrong-cluster')) return exitCodes.refused
  }
  return bad.length === 0 ? exitCodes.success : exitCodes.error
}

async function rowsOf(client: Client, job: string): Promise<JobRowView[]> {
  const params = { job }
  return (await allPages((cursor) => client.jobRows({ params, query: { cursor } }))).items
}

function isOver({ state }: JobView): boolean {
  return state !== 'running' && state !== 'cancelling'
}

/** `job j-91f2 heal running: 12/100 clusters, 1 failed, 30/min, 2m left`. */
function progressText(job: JobView): string {
  const { perMinute, remainingMs } = job
  const pace = [
    ...(perMinute === undefined || isOver(job)
      ? []
      : [`${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)}/min`]),
    ...(remainingMs === undefined ? [] : [`${spanOf(remainingMs)} left`]),
  ]
  return [`job ${job.id} ${job.kind} ${job.state}: ${countsText(job)}`, ...pace].join(', ')
}

function countsText({ counts }: JobView): string {
  const { total, done, failed, notBegun, unknown } = counts
  return [
    `${done + failed}/${count(total, 'cluster')}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(notBegun === 0 ? [] : [`${notBegun} not begun`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ].join(', ')
}

function stateText({ state }: JobRowView): string {
  return state.replace('-', ' ')
}

function resultText({ state, failure, results, asked }: JobRowView): string {
  if (failure !== undefined) return failure.message
  if (state === 'not-begun') return 'nothing was sent'
  if (state === 'unknown') return 'the hub stopped while it was under way; look at the cluster'
  if (results.length === 0) return asked === 0 ? '-' : count(asked, 'part')
  const bad = results.filter(({ message }) => message !== undefined)
  const outcomes = [...Map.groupBy(results, ({ outcome }) => outcome)]
    .map(([outcome, own]) => `${own.length} ${outcome}`)
    .join(', ')
  const told = bad.map(({ object, bundle, message }) => {
    const what = object === undefined ? (bundle ?? '') : argumentOf(object)
    return `${what}: ${message ?? ''}`
  })
  return [outcomes, ...told].join('; ')
}

function jobShape(now: () => number): ListShape<JobView> {
  return {
    kind: 'JobList',
    name: (one) => `job/${one.id}`,
    columns: [
      { title: 'ID', cell: (one) => one.id },
      { title: 'WHAT', cell: (one) => one.kind },
      { title: 'STATE', cell: (one) => one.state },
      { title: 'DONE', cell: (one) => `${one.counts.done}/${one.counts.total}`, align: 'right' },
      { title: 'FAILED', cell: (one) => String(one.counts.failed), align: 'right' },
      { title: 'BY', cell: (one) => one.by },
      { title: 'AGE', cell: (one) => ageOf(one.createdAt, now()), moving: true },
      { title: 'REASON', cell: (one) => one.reason ?? '-', flexible: true },
    ],
    wide: [
      { title: 'NOT BEGUN', cell: (one) => String(one.counts.notBegun), align: 'right' },
      { title: 'UNKNOWN', cell: (one) => String(one.counts.unknown), align: 'right' },
      { title: 'ACTIVITY', cell: (one) => one.activity ?? '-' },
      { title: 'BUNDLES', cell: (one) => one.bundles.join(',') || '-' },
    ],
  }
}
