import type { Manifest } from '../core/bundle/index.ts'
import { isMap, type JsonMap } from '../core/object/index.ts'
import type { Problem } from '../core/problem.ts'
import { documentProblem } from './document-problem.ts'
import { orderOf } from './hook.ts'
import { renderLimits } from './limits.ts'
import { subjectOf } from './reply.ts'
import type { LeftOut } from './renderer.ts'

/** What the objects of a rendering come to. */
export interface Collected {
  readonly manifests: readonly Manifest[]
  readonly leftOut: readonly LeftOut[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/**
 * Turns rendered values into manifests: refuses what is no object, encrypted or too much, reads the annotations that
 * say when an object is applied, and leaves out by name what is not to be delivered.
 */
export function collect(values: readonly Manifest[]): Collected {
  const manifests: Manifest[] = []
  const leftOut: LeftOut[] = []
  const problems: Problem[] = []
  const warnings: Problem[] = []
  for (const { value, origin } of values) {
    const problem = documentProblem(value) ?? secretProblem(value)
    if (problem !== undefined) {
      problems.push({ ...origin, ...problem, severity: 'error' })
      continue
    }
    const subject = subjectOf(value)
    const order = orderOf(value)
    const say = (message: string): unknown =>
      warnings.push({ ...origin, subject, message, severity: 'warning' })
    if ('leftOut' in order) {
      leftOut.push({ subject, reason: order.leftOut, file: origin.file })
      if (order.warning !== undefined) say(order.warning)
      continue
    }
    order.warnings.forEach(say)
    const { hook, wave } = order
    manifests.push({
      value,
      origin,
      ...(hook === undefined ? {} : { hook }),
      ...(wave === undefined ? {} : { wave }),
    })
  }
  if (values.length > renderLimits.objects) {
    const file = values[0]?.origin.file ?? ''
    const message = `${values.length} objects, at most ${renderLimits.objects} are rendered`
    problems.push({ file, line: 1, subject: 'source', message, severity: 'error' })
  }
  return { manifests, leftOut, problems, warnings }
}

const encrypted = 'ENC[AES256_GCM,data:'

/** A generator puts an encrypted file into a Secret or ConfigMap as it is. */
function secretProblem(value: JsonMap): { subject: string; message: string; hint: string } | undefined {
  const { kind, data, stringData } = value
  if (kind !== 'Secret' && kind !== 'ConfigMap') return undefined
  const texts = [data, stringData].flatMap((map) => (isMap(map) ? Object.values(map) : []))
  const holds = texts.some((text) => {
    if (typeof text !== 'string') return false
    return text.includes(encrypted) || (kind === 'Secret' && Buffer.from(text, 'base64').includes(encrypted))
  })
  if (!holds) return undefined
  return {
    subject: subjectOf(value),
    message: 'it holds a file that is encrypted with SOPS, which only a hub with its key decrypts',
    hint: 'it is never applied as it is; take it out of the source',
  }
}
