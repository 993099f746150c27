import type { EffectView, RunView } from '../../api/index.ts'
import type { Session } from '../session.ts'
import { ageOf } from './age.ts'
import { type Column, tableLines } from './table.ts'
import { argumentOf, count, fieldText, jsonText, shortRevision } from './words.ts'

type Stage = RunView['stages'][number]

const signs = { create: '+', configure: '~', delete: '-' } as const
const mostClusters = 5

/** Prints where a run is, as cli §5 shows it: its stages, what it waits for, what failed, and what to type next. */
export function printRun(session: Session, run: RunView): void {
  const { terminal } = session
  const { stage, waits } = run
  terminal.plan(`bundle ${run.bundle}@${shortRevision(run.revision)}  ${run.state}  run ${run.id}`)
  const where = `Stage ${stage.number}/${stage.of}  ${run.counts.done}/${run.counts.clusters}`
  const times = isOver(run)
    ? `  ${run.state} ${ageOf(run.updatedAt, session.now())} ago`
    : timesOf(run, session.now())
  terminal.plan(`${where}${gateOf(run)}${times}`)
  // Notes are never cut: they say why it waits.
  for (const line of tableLines(stageColumns(run), run.stages)) terminal.plan(line)
  // The first one stands beside its stage.
  for (const wait of waits.slice(1)) terminal.plan(`also waits for ${wait}`)
  for (const { cluster, detail } of run.members.filter(({ state }) => state === 'failed')) {
    terminal.plan(`✕ ${cluster} failed: ${detail ?? 'no reason is known'}`)
  }
  if (run.reason !== undefined) terminal.plan(`${run.state}: ${run.reason}`)
  for (const { by, stage, reason } of run.approvals) {
    const what = stage === undefined ? '' : ` (stage ${stage})`
    terminal.plan(`approved by ${by}${what}${reason === undefined ? '' : `: ${reason}`}`)
  }
}

/** What a person may do about a run that does not go on by itself. */
export function printNext({ terminal, program }: Session, { bundle, state, waits }: RunView): void {
  const next = nextOf(state, waits)
  if (next !== undefined) terminal.note(`next: ${next.replace('rollout', `${program} rollout`)} ${bundle}`)
  if (state === 'reverted') {
    terminal.note(`next: commit something else; ${program} rollout start ${bundle} tries the same again`)
  }
}

/** Prints effects, those that are the same on several clusters once. */
export function printEffects(session: Pick<Session, 'terminal'>, effects: readonly EffectView[]): void {
  const groups = Map.groupBy(effects, ({ items, more, notes }) => JSON.stringify([items, more, notes]))
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue
    const clusters = [first, ...others].flatMap((one) => one.clusters).toSorted()
    printEffect(session, { ...first, clusters })
  }
}

/** The effects on the clusters that a run has not reached. */
export function effectsAhead({ effects, members }: RunView): EffectView[] {
  const ahead = new Set(members.flatMap(({ cluster, state }) => (state === 'waiting' ? [cluster] : [])))
  return effects
    .map((effect) => ({ ...effect, clusters: effect.clusters.filter((cluster) => ahead.has(cluster)) }))
    .filter(({ clusters }) => clusters.length > 0)
}

/** One distinct effect: the clusters that it has, then what changes there, object by object. */
function printEffect({ terminal }: Pick<Session, 'terminal'>, effect: EffectView): void {
  const shown = effect.clusters.slice(0, mostClusters).join(' ')
  const more = effect.clusters.length > mostClusters ? ` … ${effect.clusters.length - mostClusters} more` : ''
  terminal.plan(`${count(effect.clusters.length, 'cluster')}: ${shown}${more}`)
  printItems({ terminal }, effect.items)
  if (effect.more > 0) terminal.plan(`… ${count(effect.more, 'more object')}`)
  for (const note of effect.notes) terminal.plan(`  ${note}`)
}

/** What changes, object by object. */
export function printItems({ terminal }: Pick<Session, 'terminal'>, items: EffectView['items']): void {
  for (const { action, object, fields } of items) {
    terminal.plan(`${signs[action]} ${action} ${argumentOf(object)}`)
    for (const { path, from, to } of fields) {
      terminal.plan(`    ${fieldText(path)} ${jsonText(from)} -> ${jsonText(to)}`)
    }
  }
}

/** `  gate health 120/120`: how far the stage is through its first gate. */
function gateOf(run: RunView): string {
  const stage = run.stages[run.stage.number - 1]
  if (isOver(run) || stage?.gates[0] !== 'health') return ''
  return `  gate health ${stage.done}/${stage.clusters}`
}

function stageColumns(run: RunView): Column<Stage>[] {
  return [
    { title: 'STAGE', cell: (one) => one.name },
    { title: 'CLUSTERS', cell: (one) => String(one.clusters), align: 'right' },
    { title: 'DONE', cell: (one) => String(one.done), align: 'right' },
    { title: 'FAIL', cell: (one) => String(one.failed), align: 'right' },
    { title: 'WAIT', cell: (one) => String(waitingIn(run, one)), align: 'right' },
    { title: '', cell: (one) => noteOf(run, one) },
  ]
}

/** Nothing waits in a run that is over, but for clusters that were away and will catch up. */
function waitingIn(run: RunView, stage: Stage): number {
  return isOver(run) ? stage.away : stage.waiting + stage.working + stage.away
}

function noteOf(run: RunView, stage: Stage): string {
  if (stage.note !== undefined) return stage.note
  if (!isOver(run)) return ''
  const states = new Set(run.members.flatMap((one) => (one.stage === stage.name ? [one.state] : [])))
  if (states.has('reverted')) return 'went back'
  return states.size === 1 && states.has('waiting') ? 'not reached' : ''
}

function isOver({ state }: RunView): boolean {
  return state === 'done' || state === 'aborted' || state === 'superseded' || state === 'reverted'
}

/** When the next stage begins, and when the last one is through; nothing where that hangs on a person. */
function timesOf({ state, waits, timetable }: RunView, now: number): string {
  if (state !== 'running' || waitsForApproval(waits)) return ''
  const next = clockOf(timetable.find(({ startsAt }) => Date.parse(startsAt ?? '') > now)?.startsAt)
  const end = clockOf(timetable.at(-1)?.endsAt)
  return [next && `  next ${next}`, end && `   ETA ${end}`].filter(Boolean).join('')
}

function clockOf(time: string | undefined): string | undefined {
  return time?.slice(11, 16)
}

function nextOf(state: RunView['state'], waits: readonly string[]): string | undefined {
  if (state === 'paused') return 'rollout resume'
  if (state === 'stopped') return 'mend it in Git, or rollout resume|revert|abort'
  return state === 'running' && waitsForApproval(waits) ? 'rollout approve' : undefined
}

function waitsForApproval(waits: readonly string[]): boolean {
  return waits.some((one) => one.startsWith('approval'))
}
