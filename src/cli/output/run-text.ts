import type { EffectView, RunView } from '../../api/index.ts'
import type { Session } from '../session.ts'
import { ageOf } from './age.ts'
import { type Column, tableLines } from './table.ts'
import { argumentOf, count, fieldText, jsonText, shortRevision } from './words.ts'

const signs = { create: '+', configure: '~', delete: '-' } as const
const mostClusters = 5

/** Prints a run as cli §5 shows it: where it is, its stages, its effects. */
export function printRun(session: Session, run: RunView): void {
  const { terminal } = session
  const { counts, stage } = run
  const from = `bundle ${run.bundle}@${shortRevision(run.revision)}`
  const parts = [
    `run ${run.id}  ${run.state}`,
    from,
    `Stage ${stage.number}/${stage.of}`,
    `${counts.done}/${counts.clusters}`,
    ...etaOf(session, run),
  ]
  terminal.line(parts.join('  '))
  for (const line of tableLines(stageColumns, run.stages, { width: terminal.width })) terminal.line(line)
  for (const wait of run.waits) terminal.line(`waits for ${wait}`)
  if (run.reason !== undefined) terminal.line(`${run.state}: ${run.reason}`)
  if (run.approval !== undefined) {
    const { reason, by } = run.approval
    terminal.line(by === undefined ? `approval wanted: ${reason}` : `approved by ${by}: ${reason}`)
  }
  for (const { cluster, detail } of run.members.filter(({ state }) => state === 'failed')) {
    terminal.line(`✕ ${cluster} failed: ${detail ?? 'no reason is known'}`)
  }
  for (const effect of run.effects) printEffect(session, effect)
}

/** One distinct effect: the clusters that it has, then what changes there, object by object. */
export function printEffect({ terminal }: Pick<Session, 'terminal'>, effect: EffectView): void {
  const shown = effect.clusters.slice(0, mostClusters).join(' ')
  const more = effect.clusters.length > mostClusters ? ` … ${effect.clusters.length - mostClusters} more` : ''
  terminal.plan(`${count(effect.clusters.length, 'cluster')}: ${shown}${more}`)
  for (const { action, object, fields } of effect.items) {
    terminal.plan(`${signs[action]} ${action} ${argumentOf(object)}`)
    for (const { path, from, to } of fields) {
      terminal.plan(`    ${fieldText(path)} ${jsonText(from)} -> ${jsonText(to)}`)
    }
  }
  if (effect.more > 0) terminal.plan(`… ${effect.more} more objects`)
  for (const note of effect.notes) terminal.plan(`  ${note}`)
}

const stageColumns: Column<RunView['stages'][number]>[] = [
  { title: 'STAGE', cell: (one) => one.name },
  { title: 'CLUSTERS', cell: (one) => String(one.clusters), align: 'right' },
  { title: 'DONE', cell: (one) => String(one.done), align: 'right' },
  { title: 'FAIL', cell: (one) => String(one.failed), align: 'right' },
  { title: 'WAIT', cell: (one) => String(one.waiting + one.working + one.away), align: 'right' },
  { title: '', cell: (one) => one.note ?? '', flexible: true },
]

function etaOf(session: Session, run: RunView): string[] {
  const end = run.timetable.at(-1)?.endsAt
  if (run.timetable.length === 0) return [`${ageOf(run.updatedAt, session.now())} ago`]
  return end === undefined ? [] : [`ETA ${end.slice(11, 16)}`]
}
