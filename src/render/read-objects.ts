import type { Manifest } from '../core/bundle/index.ts'
import { isMap } from '../core/object/index.ts'
import type { Problem } from '../core/problem.ts'
import { lineOfGenerator, lineOfObject } from './place.ts'
import type { Reply, ReplyObject } from './reply.ts'
import type { RenderRequest } from './renderer.ts'
import { readYaml } from './yaml/index.ts'

/** The values of a reply with their places in the repository, and what could not be read. */
export interface ReadObjects {
  readonly values: readonly Manifest[]
  readonly problems: readonly Problem[]
}

/** Reads the objects of a reply: JSON as it is, texts with the reader of plain sources. */
export function readObjects(request: RenderRequest, reply: Reply): ReadObjects {
  const values: Manifest[] = []
  const problems: Problem[] = []
  const texts = new Map<string, string>()
  const textOf = (file: string): string => {
    let text = texts.get(file)
    if (text === undefined) {
      text = Buffer.from(request.files.get(file) ?? []).toString('utf8')
      texts.set(file, text)
    }
    return text
  }
  for (const object of reply.objects) {
    if (object.value !== undefined) {
      const file = joinPath(request.path, object.file)
      const { kind, name } = identity(object.value)
      const text = textOf(file)
      const line = object.generated === true ? lineOfGenerator(text, name) : lineOfObject(text, kind, name)
      values.push({ value: object.value, origin: { file, line } })
      continue
    }
    const file = templateFile(request, object.file)
    const read = readTemplate(object, file, textOf)
    values.push(...read.values)
    problems.push(...read.problems)
  }
  return { values, problems }
}

function readTemplate(object: ReplyObject, file: string, textOf: (file: string) => string): ReadObjects {
  // Charts repeat keys, and kubectl lets the last one win.
  const { documents, problems } = readYaml(object.text ?? '', file, { repeatedKeys: 'last wins' })
  const values = documents.flatMap(({ value }) => {
    if (!isMap(value)) return []
    const { kind, name } = identity(value)
    return [{ value, origin: { file, line: lineOfObject(textOf(file), kind, name) } }]
  })
  return {
    values,
    // The line is one of the rendered text, which nobody has on disk.
    problems: problems.map(({ line, message, subject, hint, severity }) => ({
      file,
      line: 1,
      subject,
      message: `${message} (line ${line} of a rendered document)`,
      ...(hint === undefined ? {} : { hint }),
      severity,
    })),
  }
}

function identity(value: unknown): { kind: string; name: string } {
  const map = isMap(value) ? value : {}
  const { kind, metadata } = map
  const name = isMap(metadata) ? metadata['name'] : undefined
  return { kind: typeof kind === 'string' ? kind : '', name: typeof name === 'string' ? name : '' }
}

/**
 * The file of the repository that a template's name means: `web/charts/db/templates/x.yaml` begins with the chart's
 * name instead of its folder. A template of a packaged subchart is told by its archive.
 */
export function templateFile(request: RenderRequest, name: string): string {
  const inside = name.slice(name.indexOf('/') + 1)
  const file = joinPath(request.path, inside)
  if (request.files.has(file)) return file
  const [, subchart] = /^charts\/([^/]+)\//.exec(inside) ?? []
  if (subchart === undefined) return file
  const charts = joinPath(request.path, 'charts')
  const archive = [...request.files.keys()].find(
    (path) => path.startsWith(`${charts}/${subchart}-`) && path.endsWith('.tgz'),
  )
  return archive ?? file
}

/** Joins paths inside the repository; `..` of the second goes up. */
export function joinPath(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
