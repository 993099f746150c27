import { randomBytes } from 'node:crypto'
import { isFailure } from '../../core/failure.ts'
import { formatProblem, type Problem } from '../../core/problem.ts'
import {
  closure,
  findRenderer,
  openRenderer,
  type Rendered,
  type RendererName,
  type RenderRequest,
} from '../../render/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { count } from '../output/words.ts'
import { paint } from '../output/paint.ts'
import type { RenderFlags } from '../program.ts'
import type { Session } from '../session.ts'
import { openFolder } from '../source-folder.ts'

/**
 * `ek render <path>`: prints what a source renders to, the same objects as kustomize and helm give, without a hub. What
 * is wrong with the source goes to standard error, with file and line, and nothing to standard output.
 */
export async function renderCommand(session: Session, path: string, flags: RenderFlags): Promise<ExitCode> {
  const { terminal } = session
  const format = flags.output ?? 'yaml'
  if (format !== 'yaml' && format !== 'json') {
    throw cliFailure('usage', `-o ${format}: not a form of output: wanted yaml or json`)
  }
  const { request, problems } = await requestOf(session, path, flags)
  if (problems.length > 0) return refuse(session, problems)
  const renderer = openRenderer({ threads: 1 })
  try {
    const outcome = await renderer.render(request)
    if (!outcome.rendered) return refuse(session, outcome.problems)
    if (format === 'json') {
      const items = outcome.manifests.map(({ value }) => value)
      terminal.raw(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`)
    } else {
      await printYaml(session, outcome)
    }
    notes(session, outcome)
    return exitCodes.success
  } finally {
    await renderer.close()
  }
}

async function requestOf(
  session: Session,
  path: string,
  flags: RenderFlags,
): Promise<{ request: RenderRequest; problems: readonly Problem[] }> {
  const folder = await openFolder(path).catch((error: unknown) => {
    if (!isFailure(error)) throw error
    throw cliFailure('file', `cannot render ${path}: ${error.message}`, { cause: error })
  })
  const { files, remotes, problems } = await closure(folder.path, folder.read)
  const valuesFiles: string[] = []
  const all = new Map(files)
  for (const file of flags.values ?? []) {
    const { name, content } = await folder.readValues(file, valuesFiles.length)
    all.set(name, content)
    valuesFiles.push(name)
  }
  const renderer = rendererOf(flags) ?? findRenderer(all.keys(), folder.path)
  const forCharts = [flags.values, flags.set, flags.setString].some((option) => option !== undefined)
  if (renderer !== 'helm' && forCharts) {
    throw cliFailure(
      'usage',
      `${path}: -f, --set and --set-string are for charts, and this is a ${renderer} source`,
    )
  }
  const request: RenderRequest = {
    files: all,
    path: folder.path === '' ? '.' : folder.path,
    renderer,
    tenant: 'local',
    helm: {
      valuesFiles,
      set: flags.set ?? [],
      setString: flags.setString ?? [],
      releaseName: flags.releaseName ?? 'release',
      namespace: flags.namespace ?? 'default',
      includeCrds: flags.includeCrds === true,
      ...(flags.kubeVersion === undefined ? {} : { kubeVersion: flags.kubeVersion }),
    },
    // Without a hub there is no key that would keep random values stable and secret.
    seed: randomBytes(32),
    clock: session.now(),
  }
  const unfetched = remotes.map(({ reference, file, line }): Problem => {
    const message = `${reference} is remote, and this command reads nothing from a network`
    const hint = 'copy it into the repository and refer to it by its path'
    return { file, line, subject: 'source', message, hint, severity: 'error' }
  })
  return { request, problems: renderer === 'kustomize' ? [...problems, ...unfetched] : [] }
}

function rendererOf(flags: RenderFlags): RendererName | undefined {
  const { renderer } = flags
  if (renderer === undefined || renderer === 'plain' || renderer === 'kustomize' || renderer === 'helm') {
    return renderer
  }
  throw cliFailure('usage', `--renderer ${renderer}: wanted plain, kustomize or helm`)
}

function refuse({ terminal }: Session, problems: readonly Problem[]): ExitCode {
  for (const problem of problems) terminal.note(`${paint('red', 'error:')} ${formatProblem(problem)}`)
  return exitCodes.error
}

async function printYaml({ terminal }: Session, { manifests }: Rendered): Promise<void> {
  const { dump } = await import('js-yaml')
  for (const { value, origin } of manifests) {
    terminal.raw(
      `---\n# Source: ${origin.file}:${origin.line}\n${dump(value, { lineWidth: -1, noRefs: true })}`,
    )
  }
}

function notes({ terminal }: Session, outcome: Rendered): void {
  for (const warning of outcome.warnings) terminal.note(`warning: ${formatProblem(warning)}`)
  for (const { subject, reason, file } of outcome.leftOut) {
    terminal.note(`note: left out: ${subject} (${reason}) of ${file}`)
  }
  const drawn = outcome.drewRandom.length
  if (drawn > 0) {
    terminal.note(
      `note: ${count(drawn, 'object')} drew random values, which only a hub keeps from one rendering to the next`,
    )
  }
}
