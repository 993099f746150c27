import { isFailure } from '../../core/failure.ts'
import { formatProblem, type Problem } from '../../core/problem.ts'
import { type FleetModel, loadFleetDirectory, type ReadPath } from '../../hub/fleet/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { openApimachinery } from '../../apimachinery/index.ts'
import { openRenderer } from '../../render/index.ts'
import { lintSources, type SourceFindings } from '../lint-sources.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { count } from '../output/words.ts'
import type { Options, Session } from '../session.ts'

const notValidated =
  'note: objects were not held against the rules of Kubernetes: this installation lacks the module for it (build it with npm run build:apimachinery, which needs Go 1.26)'

/**
 * `ek lint [folder]`: every problem in the files of a fleet and in the sources of its bundles, by file and line: what
 * cannot be read or rendered, and what an API server would refuse. Needs no hub and no cluster. Ends with 1 when there is
 * any.
 */
export async function lintCommand(session: Session, folder: string, options: Options): Promise<ExitCode> {
  const { terminal } = session
  const format = formatOf(options.output)
  const { problems, model, readPath } = await load(folder)
  const sources = await rendered(model, readPath)
  const all = [...problems, ...sources.problems].toSorted(byPlace)
  if (isMachineFormat(format)) await printDocument(terminal, format, 'ProblemList', { items: all })
  else for (const problem of all) terminal.line(`${problem.severity}: ${formatProblem(problem)}`)
  const errors = all.filter((problem) => problem.severity === 'error').length
  const read = `${count(model.clusters.size, 'cluster')}, ${count(model.bundles.size, 'bundle')}`
  terminal.note(`${count(errors, 'error')}, ${count(all.length - errors, 'warning')}  (${read})`)
  for (const name of sources.elsewhere) {
    terminal.note(`note: bundle ${name}: its source is elsewhere and was not looked at`)
  }
  if (!sources.validated) terminal.note(notValidated)
  return all.length === 0 ? exitCodes.success : exitCodes.findings
}

async function rendered(
  model: FleetModel,
  readPath: ReadPath,
): Promise<SourceFindings & { readonly validated: boolean }> {
  const renderer = openRenderer({ threads: 1 })
  const apimachinery = openApimachinery({ threads: 1 })
  try {
    const found = await lintSources(model, readPath, renderer, apimachinery)
    return { ...found, validated: apimachinery !== undefined }
  } finally {
    await Promise.all([renderer.close(), apimachinery?.close()])
  }
}

async function load(folder: string): ReturnType<typeof loadFleetDirectory> {
  try {
    return await loadFleetDirectory(folder)
  } catch (error) {
    if (!isFailure(error)) throw error
    const options = error.hint === undefined ? { cause: error } : { cause: error, hint: error.hint }
    throw cliFailure('file', `folder ${folder}: cannot read the fleet: ${error.message}`, options)
  }
}

function byPlace(a: Problem, b: Problem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || (a.column ?? 0) - (b.column ?? 0)
}
