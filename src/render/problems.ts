import type { BoxTrap } from '../box/index.ts'
import type { Problem } from '../core/problem.ts'
import { renderLimits } from './limits.ts'
import { templateFile } from './read-objects.ts'
import type { ReplyFailure } from './reply.ts'
import type { RendererName, RenderRequest } from './renderer.ts'

/** A problem of a source as a whole. */
export function problemAt(file: string, message: string, hint?: string): Problem {
  return {
    file,
    line: 1,
    subject: 'source',
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  }
}

/** What the libraries say, at the file and line that they say it of. */
export function failureProblem(request: RenderRequest, failure: ReplyFailure): Problem {
  const { code, line = 1, message, hint } = failure
  let file = failure.file ?? request.path
  if (code === 'template' && failure.file !== undefined) file = templateFile(request, failure.file)
  // In the module the repository is the root of the file system.
  const text = message.trim().replaceAll(/(^|[\s'"=(])\/(?=[\w.-])/g, '$1')
  return { ...problemAt(file, text, hint), line }
}

/** What it means for a source that the module was ended. */
export function trapProblem(request: RenderRequest, renderer: RendererName, trap: BoxTrap): Problem {
  switch (trap.limit) {
    case 'time':
      return problemAt(
        request.path,
        `the ${renderer} renderer took longer than the time limit: ${trap.message}`,
        'look for a template that loops, or split the source',
      )
    case 'memory':
      return problemAt(
        request.path,
        `the ${renderer} renderer needs more than ${renderLimits.memoryBytes} bytes of memory`,
        'look for a template that repeats without end, or split the source',
      )
    case 'depth':
      return problemAt(
        request.path,
        `the source is nested too deeply for the ${renderer} renderer`,
        'look for a template or a base that refers to itself',
      )
    case undefined:
    default:
      return problemAt(request.path, `the ${renderer} renderer ended: ${trap.message}`)
  }
}

/** The warnings that the libraries write to standard error. */
export function warningsIn(request: RenderRequest, stderr: string): Problem[] {
  const messages = stderr
    .split('\n')
    .map((line) => line.replace(/^(# )?(INFO |WARN )?(warning: )?/i, '').trim())
    .filter((line) => line !== '')
  return [...new Set(messages)].map((message) => ({
    ...problemAt(request.path, message),
    severity: 'warning',
  }))
}
