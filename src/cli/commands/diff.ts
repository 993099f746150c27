import type { DraftView, PreviewView } from '../../api/index.ts'
import { formatProblem, type Problem } from '../../core/problem.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { paint } from '../output/paint.ts'
import { printEffects } from '../output/run-text.ts'
import { count, shortRevision } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { workingCopy } from '../working-copy.ts'

/**
 * `ek diff <bundle>`: what Git says now against what is in force, as distinct effects. With `-k <folder>` the folder of a
 * working copy stands for what Git says, before it is committed. Ends with 1 when anything would change, and says so when
 * nothing would.
 */
export async function diffCommand(
  session: Session,
  bundle: string | undefined,
  options: Options & { readonly folder?: string },
): Promise<ExitCode> {
  if (options.folder !== undefined) return await diffFolder(session, bundle, options.folder, options)
  if (bundle === undefined) {
    throw cliFailure('usage', 'diff: neither a bundle nor a folder is named', {
      hint: `write ${session.program} diff BUNDLE, or ${session.program} diff -k FOLDER`,
    })
  }
  if (options.cluster !== undefined || options.selector !== undefined || options.env !== undefined) {
    throw cliFailure('usage', 'diff: -c, -l and --env go with -k; a run is for all clusters of its bundle')
  }
  const { client } = await session.hub()
  const { terminal } = session
  const format = formatOf(options.output)
  const [draft, detail] = await Promise.all([
    client.draftRun({ params: { bundle } }),
    client.bundle({ params: { bundle } }),
  ])
  if (isMachineFormat(format)) await printDocument(terminal, format, 'Diff', draft)
  else {
    const away = detail.placed.filter(({ state }) => state === 'unreachable').map(({ cluster }) => cluster)
    printDraft(session, draft, detail.placed.length, away)
  }
  return draft.run === undefined && draft.problem === undefined ? exitCodes.success : exitCodes.findings
}

function printDraft(
  session: Session,
  { run, problem }: DraftView,
  clusters: number,
  away: readonly string[],
): void {
  const revision = run === undefined ? '' : ` at ${shortRevision(run.revision)}`
  const changed = run?.members.map(({ cluster }) => cluster) ?? []
  session.terminal.line(sentence(changed, clusters, away, revision))
  printEffects(session, run?.effects ?? [])
  if (problem !== undefined) session.terminal.note(`no run can begin: ${problem.message} (${problem.hint})`)
}

async function diffFolder(
  session: Session,
  bundle: string | undefined,
  path: string,
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const { terminal } = session
  const format = formatOf(options.output)
  const { name, folders, files } = await workingCopy(client, path, bundle)
  const preview = await client.preview({
    params: { bundle: name },
    body: {
      folders: [...folders],
      files: [...files],
      ...(options.cluster === undefined ? {} : { clusters: options.cluster }),
      ...(options.env === undefined ? {} : { environments: options.env }),
      ...(options.selector === undefined ? {} : { labels: options.selector }),
    },
  })
  if (isMachineFormat(format)) await printDocument(terminal, format, 'Preview', preview)
  else printPreview(session, preview)
  if (preview.problems.some(({ severity }) => severity === 'error') || preview.failed.length > 0) {
    return exitCodes.error
  }
  const isKnown = preview.unreachable.length < preview.clusters || preview.clusters === 0
  if (!isKnown) return exitCodes.error
  return preview.changed === 0 && preview.unreachable.length === 0 ? exitCodes.success : exitCodes.findings
}

function printPreview(session: Session, preview: PreviewView): void {
  const { terminal } = session
  for (const problem of preview.problems) {
    const mark = problem.severity === 'error' ? paint('red', 'error:') : 'warning:'
    terminal.note(`${mark} ${formatProblem(problemOf(problem))}`)
  }
  if (preview.clusters === 0) terminal.note('no cluster that was asked for has the bundle')
  else {
    const changed = preview.effects.flatMap(({ clusters }) => clusters)
    terminal.line(sentence(changed, preview.clusters - preview.failed.length, preview.unreachable, ''))
  }
  printEffects(session, preview.effects)
  if (preview.random > 0) {
    terminal.note(`note: ${count(preview.random, 'object')} with drawn values not compared`)
  }
  if (preview.failed.length > 0) {
    terminal.note(`${paint('red', 'error:')} not rendered for ${listed(preview.failed)}`)
  }
}

/** `3 of 400 clusters change (396 identical, 1 unreachable: prod-eu-7)`: what cannot be seen is not called identical. */
function sentence(
  changed: readonly string[],
  clusters: number,
  away: readonly string[],
  revision: string,
): string {
  const unreachable = away.length === 0 ? '' : `, ${away.length} unreachable: ${listed(away)}`
  const verb = changed.length === 1 ? 'changes' : 'change'
  const unseen = away.filter((name) => !changed.includes(name))
  const same = `${clusters - changed.length - unseen.length} identical${unreachable}`
  return `${changed.length} of ${count(clusters, 'cluster')} ${verb}${revision} (${same})`
}

/** A problem as it came over the wire. */
function problemOf({ column, hint, ...rest }: PreviewView['problems'][number]): Problem {
  return { ...rest, ...(column === undefined ? {} : { column }), ...(hint === undefined ? {} : { hint }) }
}

function listed(names: readonly string[]): string {
  const more = names.length > 5 ? ` … ${names.length - 5} more` : ''
  return `${names.slice(0, 5).join(', ')}${more}`
}
