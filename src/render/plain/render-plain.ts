import type { Manifest } from '../../core/bundle/index.ts'
import { isMap } from '../../core/object/index.ts'
import type { Problem } from '../../core/problem.ts'
import { readYaml } from '../yaml/index.ts'
import { documentProblem } from '../document-problem.ts'
import { markerOf } from '../find-renderer.ts'
import { renderLimits } from '../limits.ts'

/** The manifests of a source, or every problem that keeps it from being one. */
export type PlainResult =
  | { readonly manifests: readonly Manifest[] }
  | { readonly problems: readonly Problem[] }

/**
 * Renders plain YAML and JSON: all `*.yaml`, `*.yml` and `*.json` of `files` (texts by path), in the order
 * of their paths, several documents each. All or nothing: where one file cannot be read or one document is no
 * Kubernetes object, the source has no rendering, because a part of it must not be taken for the whole
 * (incident 4). Sources of other renderers are refused, never read as plain ones.
 */
export function renderPlain(files: ReadonlyMap<string, string>): PlainResult {
  const paths = [...files.keys()].toSorted()
  const foreign = paths.flatMap(foreignSource)
  if (foreign.length > 0) return { problems: foreign }
  const manifests: Manifest[] = []
  const problems: Problem[] = []
  for (const path of paths) {
    if (!isManifestFile(path)) continue
    const file = readYaml(files.get(path) ?? '', path)
    problems.push(...file.problems)
    for (const { value, line } of file.documents) {
      const problem = documentProblem(value)
      if (problem !== undefined) problems.push({ file: path, line, ...problem, severity: 'error' })
      else if (isMap(value)) manifests.push({ value, origin: { file: path, line } })
    }
  }
  if (manifests.length > renderLimits.objects) {
    const message = `${manifests.length} objects, at most ${renderLimits.objects} are rendered`
    problems.push({ file: paths[0] ?? '', line: 1, subject: 'source', message, severity: 'error' })
  }
  return problems.length > 0 ? { problems } : { manifests }
}

/** True for the files that a plain source is read from. */
export function isManifestFile(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path)
}

/** True for files that tell which renderer a source needs; they may have names of their own. */
export function isRendererFile(path: string): boolean {
  return markerOf(path) !== undefined
}

function foreignSource(path: string): Problem[] {
  const renderer = markerOf(path)
  if (renderer === undefined) return []
  return [
    {
      file: path,
      line: 1,
      subject: 'source',
      message: `this is a source of the ${renderer} renderer, among plain YAML`,
      hint: 'point the bundle at its folder, or move it out of the source path',
      severity: 'error',
    },
  ]
}
