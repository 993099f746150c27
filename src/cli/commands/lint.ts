import { type Problem, formatProblem } from '../../core/problem.ts'
import { loadFleetDirectory } from '../../hub/fleet/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { count } from '../output/words.ts'
import type { Options, Session } from '../session.ts'

/** `ek lint [folder]`: every problem in the files of a fleet, by file and line. Ends with 1 when there is any. */
export async function lintCommand(session: Session, folder: string, options: Options): Promise<ExitCode> {
  const { terminal } = session
  const format = formatOf(options.output)
  const { problems, model } = await loadFleetDirectory(folder)
  const sorted = problems.toSorted(byPlace)
  if (isMachineFormat(format)) await printDocument(terminal, format, 'ProblemList', { items: sorted })
  else {
    for (const problem of sorted) terminal.line(`${problem.severity}: ${formatProblem(problem)}`)
    const errors = sorted.filter((problem) => problem.severity === 'error').length
    const read = `${count(model.clusters.size, 'cluster')}, ${count(model.bundles.size, 'bundle')}`
    terminal.note(`${count(errors, 'error')}, ${count(sorted.length - errors, 'warning')}  (${read})`)
  }
  return sorted.length === 0 ? exitCodes.success : exitCodes.findings
}

function byPlace(a: Problem, b: Problem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || (a.column ?? 0) - (b.column ?? 0)
}
