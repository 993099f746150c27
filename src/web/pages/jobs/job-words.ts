import type { JobRowView, JobView } from '../../../api/index.ts'
import type { StateWord } from '../../../core/state/index.ts'

/** What a job does, as the head of its page says it. */
export function kindText(kind: JobView['kind']): string {
  return kind === 'heal' ? 'Heal' : 'Look again'
}

/** The state of a row in words that say what is known. */
export function rowStateText(state: JobRowView['state']): string {
  return state === 'not-begun' ? 'not begun' : state
}

/** The shape of a row's state: what nobody saw the end of stands as what cannot be reached. */
export const rowGlyphs: Readonly<Record<JobRowView['state'], StateWord>> = {
  waiting: 'pending',
  running: 'in-progress',
  done: 'in-sync',
  failed: 'failed',
  'not-begun': 'pending',
  unknown: 'unreachable',
}

/** `2 healed, 1 refused`; what is there to say where nothing came of it. */
export function outcomeText({ state, results, asked, failure }: JobRowView): string {
  if (failure !== undefined) return failure.message
  if (state === 'not-begun') return 'Nothing was sent'
  if (state === 'unknown') return 'The hub stopped while it was under way: look at the cluster'
  if (results.length === 0) return asked === 0 ? '—' : `${asked} asked for`
  const counts = new Map<string, number>()
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
}
