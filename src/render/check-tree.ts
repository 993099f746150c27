import type { Problem } from '../core/problem.ts'
import { renderLimits } from './limits.ts'
import type { RenderRequest } from './renderer.ts'

/**
 * Why a request cannot be rendered at all: a tree beyond the limits, a path that leads outside, a values file that is
 * not there or encrypted. Looks at names, sizes and the values files only.
 */
export function treeProblems(request: RenderRequest): Problem[] {
  const { files, path } = request
  const bad = [path, ...files.keys()].find((name) => name !== '' && name !== '.' && !isPlainPath(name))
  if (bad !== undefined)
    return [problem(bad.slice(0, 200), `the path ${JSON.stringify(bad.slice(0, 200))} leads outside`)]
  const deep = [...files.keys()].find((name) => name.split('/').length > renderLimits.treeDepth)
  if (deep !== undefined) {
    return [problem(`${deep.slice(0, 200)}…`, `the tree is deeper than ${renderLimits.treeDepth} folders`)]
  }
  if (files.size > renderLimits.treeFiles) {
    return [problem(path, `the tree has ${files.size} files, at most ${renderLimits.treeFiles} are rendered`)]
  }
  const bytes = [...files.values()].reduce((sum, content) => sum + content.length, 0)
  if (bytes > renderLimits.treeBytes) {
    return [problem(path, `the tree has ${bytes} bytes, at most ${renderLimits.treeBytes} are rendered`)]
  }
  return (request.helm?.valuesFiles ?? []).flatMap((name) => valuesProblem(files, name))
}

function valuesProblem(files: RenderRequest['files'], name: string): Problem[] {
  if (!isPlainPath(name)) {
    const hint = 'write a path inside the repository, without "..", and no URL'
    return [{ ...problem(name.slice(0, 200), 'this is no values file inside the repository'), hint }]
  }
  const content = files.get(name)
  if (content === undefined) {
    return [{ ...problem(name, 'there is no such values file'), hint: 'mend the path, or add the file' }]
  }
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8')
  if (!/^["']?sops["']?:/m.test(text) || !text.includes('ENC[')) return []
  return [
    {
      ...problem(name, 'this file is encrypted with SOPS, which only a hub with its key decrypts'),
      hint: 'name a values file that is not encrypted',
    },
  ]
}

/** A path below a root in its one form; what is not could mean another place than it shows. */
function isPlainPath(path: string): boolean {
  if (path.length > 4096 || /[\\\0]/.test(path) || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function problem(file: string, message: string): Problem {
  return { file, line: 1, subject: 'source', message, severity: 'error' }
}
