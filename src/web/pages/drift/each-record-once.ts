import type { DriftView } from '../../../api/index.ts'

/**
 * The records of two answers, each once. They were asked for at different moments: what was healed between them stands in
 * both, and is over.
 */
export function eachRecordOnce(open: readonly DriftView[], settled: readonly DriftView[]): DriftView[] {
  const over = new Set(settled.map(({ id }) => id))
  return [...open.filter(({ id }) => !over.has(id)), ...settled]
}
