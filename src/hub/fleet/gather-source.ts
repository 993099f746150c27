import { Failure, isFailure } from '../../core/failure.ts'
import type { Bundle } from '../../core/kinds/index.ts'
import type { Problem } from '../../core/problem.ts'
import { closure, findRenderer, type RendererName } from '../../render/index.ts'
import type { BundleInputs } from './bundle-inputs.ts'
import { fetchRemotes } from './fetch-remotes.ts'
import type { ReadPath } from './model.ts'
import type { RenderTools } from './render-tools.ts'

/** Everything that a rendering may read. */
export interface GatheredSource {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The folder of the source among the files. */
  readonly path: string
  readonly renderer: RendererName
  readonly remotes: ReadonlyMap<string, string>
  /** The values files that are there, in order. */
  readonly valuesFiles: readonly string[]
  readonly warnings: readonly Problem[]
}

export interface Reason {
  readonly message: string
  readonly hint?: string | undefined
}

/** The folder that a chart of a repository or registry is put into. */
const chartFolder = 'evenkeel-chart'

/**
 * Brings together what a bundle is rendered from: its folder or chart, the folders that a kustomization refers to, remote
 * bases, chart dependencies, values files. What is missing is said, and nothing is rendered without it (incident 2).
 */
export async function gatherSource(
  bundle: Bundle,
  inputs: BundleInputs,
  readPath: ReadPath,
  tools: RenderTools,
): Promise<GatheredSource | { readonly reason: Reason } | { readonly problems: readonly Problem[] }> {
  const { source } = bundle.spec
  const { repository, revision } = source
  const read = (path: string) => readPath({ repository, revision, path })
  try {
    if (source.chart !== undefined) return await gatherChart(bundle, inputs, read, tools)
    const found = await firstThatExists(inputs.paths, read)
    const folder = async (path: string) => {
      if (path === found.path) return found.files
      return await read(path).catch((error: unknown) => {
        if (isFailure(error, 'path-gone')) return undefined
        throw error
      })
    }
    const closed = await closure(found.path, folder)
    const renderer = source.renderer ?? findRenderer(closed.files.keys(), found.path)
    if (renderer === 'plain') {
      return plain(found, renderer)
    }
    if (closed.problems.length > 0) return { problems: closed.problems }
    const files = new Map(closed.files)
    const warnings: Problem[] = []
    let remotes: ReadonlyMap<string, string> = new Map()
    if (renderer === 'kustomize' && closed.remotes.length > 0) {
      const fetched = await remotesOf(closed.remotes, tools)
      const errors = fetched.problems.filter(({ severity }) => severity === 'error')
      if (errors.length > 0) return { problems: errors }
      warnings.push(...fetched.problems)
      for (const [path, content] of fetched.files) files.set(path, content)
      remotes = fetched.folders
    }
    if (renderer === 'helm') await addDependencies(bundle, found.path, files, tools)
    const valuesFiles = renderer === 'helm' ? await addValues(inputs, files, read) : []
    return { files, path: found.path === '' ? '.' : found.path, renderer, remotes, valuesFiles, warnings }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { reason: { message: error.message, hint: error.hint } }
  }
}

function plain(
  { path, files }: { path: string; files: ReadonlyMap<string, Uint8Array> },
  renderer: RendererName,
): GatheredSource {
  return {
    files,
    path: path === '' ? '.' : path,
    renderer,
    remotes: new Map(),
    valuesFiles: [],
    warnings: [],
  }
}

async function gatherChart(
  bundle: Bundle,
  inputs: BundleInputs,
  read: (path: string) => Promise<ReadonlyMap<string, Uint8Array>>,
  tools: RenderTools,
): Promise<GatheredSource> {
  const chart = bundle.spec.source.chart
  if (chart === undefined) throw new Error('asked for a chart that the bundle does not name')
  const { repository, name, version, digest, signedBy } = chart
  const charts = chartsOf(tools, `chart ${name}`)
  const keys = signedBy === undefined ? undefined : await tools.signingKeys?.(signedBy)
  if (signedBy !== undefined && keys === undefined) {
    throw new Failure('no-signing-keys', `chart ${name}: the keys of ${signedBy} are not known here`, {
      hint: 'let a hub render this bundle',
    })
  }
  const fetched = await charts.fetchChart({
    repository,
    name,
    version: version ?? '',
    ...(digest === undefined ? {} : { digest }),
    ...(keys === undefined ? {} : { verify: { keys: [keys] } }),
  })
  const path = `${chartFolder}/${name}`
  const files = new Map<string, Uint8Array>()
  for (const [file, content] of fetched.files) files.set(`${path}/${file}`, content)
  await addDependencies(bundle, path, files, tools)
  const valuesFiles = await addValues(inputs, files, read)
  return { files, path, renderer: 'helm', remotes: new Map(), valuesFiles, warnings: [] }
}

/** The first folder that is there. Where none is, the failure is that of the most specific. */
async function firstThatExists(
  paths: readonly string[],
  read: (path: string) => Promise<ReadonlyMap<string, Uint8Array>>,
): Promise<{ path: string; files: ReadonlyMap<string, Uint8Array> }> {
  let gone: unknown
  for (const path of paths) {
    try {
      return { path, files: await read(path) }
    } catch (error) {
      if (!isFailure(error, 'path-gone')) throw error
      gone ??= error
    }
  }
  throw gone
}

async function remotesOf(
  remotes: Parameters<typeof fetchRemotes>[0],
  tools: RenderTools,
): Promise<Pick<Awaited<ReturnType<typeof fetchRemotes>>, 'files' | 'folders' | 'problems'>> {
  if (tools.remotes !== undefined) return await fetchRemotes(remotes, tools.remotes)
  const problems = remotes.map(({ reference, file, line }): Problem => {
    const message = `${reference} is remote, and nothing is read from a network here`
    const hint = 'let a hub render this bundle, or copy it into the repository'
    return { file, line, subject: 'source', message, hint, severity: 'error' }
  })
  return { files: new Map(), folders: new Map(), problems }
}

/** Adds the charts that a chart depends on and that are not in its folder. */
async function addDependencies(
  bundle: Bundle,
  path: string,
  files: Map<string, Uint8Array>,
  tools: RenderTools,
): Promise<void> {
  if (tools.charts === undefined) return
  const { name } = bundle.metadata
  const recorded = tools.recorded?.(name)
  const { files: added, resolved } = await tools.charts.resolveDependencies({
    tree: files,
    path,
    ...(recorded === undefined ? {} : { recorded }),
  })
  for (const [file, content] of added) files.set(path === '' ? file : `${path}/${file}`, content)
  tools.record?.(name, resolved)
}

/** Adds the values files that lie outside the chart's folder; a missing one is a failure unless it is optional. */
async function addValues(
  inputs: BundleInputs,
  files: Map<string, Uint8Array>,
  read: (path: string) => Promise<ReadonlyMap<string, Uint8Array>>,
): Promise<string[]> {
  const found: string[] = []
  for (const { path, optional } of inputs.values) {
    if (!files.has(path)) {
      const content = await read(path).then(
        (one) => one.get(path),
        (error: unknown) => {
          if (isFailure(error, 'path-gone')) return undefined
          throw error
        },
      )
      if (content !== undefined) files.set(path, content)
    }
    if (files.has(path)) found.push(path)
    else if (!optional) {
      throw new Failure('path-gone', `there is no values file ${path}`, {
        hint: 'mend its name, or mark it as optional with ?',
      })
    }
  }
  return found
}

function chartsOf(tools: RenderTools, subject: string) {
  if (tools.charts !== undefined) return tools.charts
  throw new Failure('no-network', `${subject}: nothing is read from a network here`, {
    hint: 'let a hub render this bundle, or copy the chart into the repository',
  })
}
