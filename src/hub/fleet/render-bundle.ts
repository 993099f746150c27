import { createHash } from 'node:crypto'
import { normalise, variantOf } from '../../core/bundle/index.ts'
import { isFailure } from '../../core/failure.ts'
import type { Bundle, Cluster } from '../../core/kinds/index.ts'
import type { Problem } from '../../core/problem.ts'
import { cleanPath } from '../../git/index.ts'
import { renderPlain } from '../../render/plain/index.ts'
import { layerPaths } from './layers.ts'
import type { Declared, FleetModel, ReadPath, RenderResult, SourcePath } from './model.ts'

/**
 * Renders a bundle for a cluster: reads its source, unpacks it, makes it comparable. A source that cannot be
 * read is a problem, never an empty rendering (incidents 2 and 4); one that is there and holds nothing is
 * said to be empty (incident 1). Equal sources give equal variants on every cluster.
 */
export async function renderBundle(
  model: FleetModel,
  bundle: Declared<Bundle>,
  cluster: Cluster,
  readPath: ReadPath,
): Promise<RenderResult> {
  const { name } = bundle.value.metadata
  const fail = (message: string, hint?: string): RenderResult => ({
    rendered: false,
    problems: [problemOf(bundle, message, hint)],
  })
  const refused = unsupported(bundle.value)
  if (refused !== undefined) return fail(refused.message, refused.hint)
  const { source, layers } = bundle.value.spec
  const repositories = model.fleet?.value.spec?.repositories ?? []
  if (source.repository !== undefined && !repositories.some((one) => one.name === source.repository)) {
    return fail(`evenkeel.yaml lists no repository ${source.repository}`)
  }
  const candidates = layerPaths(source.path, layers ?? [], cluster)
  if ('message' in candidates) return fail(candidates.message, candidates.hint)
  const read = await readFirst(candidates.paths, source, readPath)
  if ('failure' in read) return fail(read.failure.message, read.failure.hint)

  const plain = renderPlain(read.files)
  if ('problems' in plain) return { rendered: false, problems: plain.problems }
  const { objects, problems } = normalise(plain.manifests, { bundle: name })
  const errors = problems.filter((problem) => problem.severity === 'error')
  return {
    rendered: true,
    variant: variantOf(objects, sha256),
    objects,
    empty: objects.length === 0,
    refused: errors,
    warnings: problems.filter((problem) => problem.severity === 'warning'),
  }
}

/** SHA-256 of a text, in hexadecimal. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

interface Reason {
  readonly message: string
  readonly hint: string | undefined
}

/** Reads the first of `paths` that exists. Where none does, the failure is that of the most specific. */
async function readFirst(
  paths: readonly string[],
  source: Bundle['spec']['source'],
  readPath: ReadPath,
): Promise<{ files: ReadonlyMap<string, string> } | { failure: Reason }> {
  let gone: Reason | undefined
  for (const path of paths) {
    const clean = cleanPath(path)
    if (clean === undefined) {
      return { failure: { message: 'source.path leads outside the repository', hint: undefined } }
    }
    const place: SourcePath = { repository: source.repository, revision: source.revision, path: clean }
    try {
      return { files: await readPath(place) }
    } catch (error) {
      if (!isFailure(error)) throw error
      if (error.code !== 'path-gone') return { failure: { message: error.message, hint: error.hint } }
      gone ??= { message: error.message, hint: error.hint }
    }
  }
  return { failure: gone ?? { message: 'the bundle has no source', hint: undefined } }
}

/** What the bundle asks for and this version cannot give. Leaving it out would deliver something else. */
function unsupported(bundle: Bundle): { message: string; hint: string } | undefined {
  const { source, values, vars } = bundle.spec
  if (source.renderer === 'kustomize' || source.renderer === 'helm') {
    return {
      message: `source.renderer: this version does not have the ${source.renderer} renderer`,
      hint: 'render the source into the repository',
    }
  }
  const asked = [values === undefined ? [] : 'values', vars === undefined ? [] : 'vars'].flat()
  if (asked.length === 0) return undefined
  return {
    message: `${asked.join(' and ')} have no meaning for plain YAML`,
    hint: `remove ${asked.join(' and ')}`,
  }
}

function problemOf(bundle: Declared<Bundle>, message: string, hint?: string): Problem {
  return {
    file: bundle.file,
    line: bundle.line,
    subject: `Bundle ${bundle.value.metadata.name}`,
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  }
}
