import { createHash } from 'node:crypto'
import type { Problem } from '../core/problem.ts'
import { collect } from './collect.ts'
import { nameIn } from './find-renderer.ts'
import { isManifestFile, isRendererFile, renderPlain } from './plain/index.ts'
import type { RenderOutcome, RenderRequest } from './renderer.ts'

/** Renders the plain YAML and JSON below the path of a request. */
export function renderPlainTree(request: RenderRequest): RenderOutcome {
  const texts = new Map<string, string>()
  const problems: Problem[] = []
  const hash = createHash('sha256').update('plain\0')
  for (const path of [...request.files.keys()].toSorted()) {
    if (nameIn(request.path, path) === undefined || !(isManifestFile(path) || isRendererFile(path))) continue
    const content = request.files.get(path) ?? new Uint8Array()
    hash.update(`${path}\0${content.length}\0`).update(content)
    try {
      texts.set(path, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content))
    } catch {
      problems.push({
        file: path,
        line: 1,
        subject: 'file',
        message: 'this is not UTF-8 text',
        severity: 'error',
      })
    }
  }
  const plain = renderPlain(texts)
  if ('problems' in plain) problems.push(...plain.problems)
  if (problems.length > 0 || 'problems' in plain) return { rendered: false, problems }
  const { manifests, leftOut, warnings, ...collected } = collect(plain.manifests)
  if (collected.problems.length > 0) return { rendered: false, problems: collected.problems }
  return {
    rendered: true,
    renderer: 'plain',
    manifests,
    warnings,
    leftOut,
    randomBytes: 0,
    drewRandom: [],
    usesCapabilities: false,
    key: hash.digest('hex'),
  }
}
