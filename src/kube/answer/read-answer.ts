import { isMap, type JsonMap, type KubeObject } from '../../core/object/index.ts'
import { apiVersionOf, type ResourceRef } from '../api-resource.ts'
import { KubeFailure } from '../failure.ts'
import type { RawAnswer } from './failure-of.ts'
import type { RequestSubject } from './subject.ts'

/** The JSON map in the body of a good answer. Throws `bad-answer`: cut off, HTML, another form. */
export function jsonOf(answer: RawAnswer, subject: RequestSubject): JsonMap {
  let body: unknown
  try {
    body = JSON.parse(answer.body.toString())
  } catch {
    const start = answer.body.subarray(0, 1).toString()
    throw badAnswer(subject, start === '{' ? 'the answer is cut off' : 'the answer is not JSON')
  }
  if (!isMap(body)) throw badAnswer(subject, 'the answer is not a JSON object')
  return body
}

/** The object in a good answer about one object. Throws `bad-answer` when it is another kind or name. */
export function objectOf(answer: RawAnswer, resource: ResourceRef, subject: RequestSubject): KubeObject {
  const body = jsonOf(answer, subject)
  // Reviews are never stored: their replies may come without metadata, and have no name.
  const object = asObject(subject.object === undefined ? { metadata: {}, ...body } : body)
  if (object === undefined) throw badAnswer(subject, 'the answer is not a Kubernetes object')
  if (object.kind !== resource.kind || object.apiVersion !== apiVersionOf(resource)) {
    throw badAnswer(
      subject,
      `the answer is a ${object.kind} of ${object.apiVersion}, wanted ${resource.kind} of ${apiVersionOf(resource)}`,
    )
  }
  if (subject.object !== undefined && object.metadata.name !== subject.object.name) {
    throw badAnswer(subject, `the answer is named ${JSON.stringify(object.metadata.name)}`)
  }
  return object
}

/** A value as an object, when it has what every object has. The name is the caller's to check. */
export function asObject(value: unknown): KubeObject | undefined {
  if (!isMap(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string')
    return undefined
  return isMap(value.metadata) ? (value as unknown as KubeObject) : undefined
}

export function badAnswer(subject: RequestSubject, why: string): KubeFailure {
  return new KubeFailure('bad-answer', `${subject.name}: cannot ${subject.action}: ${why}`, {
    subject: subject.name,
    retryable: true,
    hint: 'check that the address is that of an API server and that nothing in between changes answers',
  })
}

/** The texts of `Warning: 299 - "text"` headers (RFC 7234 §5.5; several may share one line). */
export function warningsOf(headers: RawAnswer['headers']): string[] {
  const lines = [headers.warning].flat().filter((line) => line !== undefined)
  return lines.flatMap((line) =>
    [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
  )
}
