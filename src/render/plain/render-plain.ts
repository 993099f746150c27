import type { Manifest } from '../../core/bundle/index.ts'
import { isMap, type JsonMap } from '../../core/object/index.ts'
import type { Problem } from '../../core/problem.ts'
import { readYaml } from '../yaml/index.ts'

/** The manifests of a source, or every problem that keeps it from being one. */
export type PlainResult =
  | { readonly manifests: readonly Manifest[] }
  | { readonly problems: readonly Problem[] }

/** As many objects as one bundle may hold (rendering.md, Limits). */
const mostObjects = 10_000

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
  if (manifests.length > mostObjects) {
    const message = `${manifests.length} objects, at most ${mostObjects} are rendered`
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
  return rendererOf(path) !== undefined
}

function rendererOf(path: string): 'kustomize' | 'helm' | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/^(kustomization\.ya?ml|Kustomization)$/.test(name)) return 'kustomize'
  return name === 'Chart.yaml' ? 'helm' : undefined
}

function foreignSource(path: string): Problem[] {
  const renderer = rendererOf(path)
  if (renderer === undefined) return []
  return [
    {
      file: path,
      line: 1,
      subject: 'source',
      message: `this source needs the ${renderer} renderer, which this version does not have`,
      hint: 'point the bundle at plain YAML, or render it into the repository',
      severity: 'error',
    },
  ]
}

function documentProblem(value: unknown): { subject: string; message: string; hint?: string } | undefined {
  if (!isMap(value)) {
    return {
      subject: 'document',
      message: 'this is no Kubernetes object',
      hint: 'write apiVersion, kind and metadata',
    }
  }
  const { apiVersion, kind } = value
  const subject = typeof kind === 'string' ? kind.slice(0, 63) : 'document'
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    const missing = typeof apiVersion === 'string' ? 'kind' : 'apiVersion'
    return {
      subject,
      message: `${missing} is missing: this is no Kubernetes object`,
      hint: 'add it, or move the file out of the source path',
    }
  }
  if (isEncrypted(value)) {
    return {
      subject,
      message: 'this file is encrypted with SOPS, which this version cannot decrypt',
      hint: 'it is never applied as it is; move it out of the source path',
    }
  }
  if (apiVersion.startsWith('evenkeel.dev/')) {
    return {
      subject,
      message: `kind ${subject} configures the fleet and is not delivered to clusters`,
      hint: 'move the source path away from the fleet folder',
    }
  }
  return undefined
}

function isEncrypted(value: JsonMap): boolean {
  const { sops } = value
  return isMap(sops) && Object.hasOwn(sops, 'mac')
}
