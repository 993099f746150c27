import { type Json, type JsonMap, textOf } from '../../core/object/index.ts'

/** A request that is refused, with the Status that a real server answers. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: JsonMap
  readonly code: number
  /** Headers that go with it. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: JsonMap, headers: Readonly<Record<string, string>> = {}) {
    super(textOf(status.message))
    this.status = status
    this.code = typeof status.code === 'number' ? status.code : 500
    this.headers = headers
  }
}

/** A resource as messages name it: `deployments.apps`, `pods`. */
export interface NamedResource {
  readonly group: string
  readonly plural: string
}

export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

/** The name of a resource in messages. */
export function resourceName({ group, plural }: NamedResource): string {
  return group === '' ? plural : `${plural}.${group}`
}

export function refusal(code: number, reason: string, message: string, details?: JsonMap): Refusal {
  return new Refusal({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  })
}

function detailsOf({ group, plural }: NamedResource, name = '', more: JsonMap = {}): JsonMap {
  return {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: plural,
    ...more,
  }
}

export function notFound(resource: NamedResource, name: string): Refusal {
  const message = `${resourceName(resource)} ${JSON.stringify(name)} not found`
  return refusal(404, 'NotFound', message, detailsOf(resource, name))
}

export function conflict(resource: NamedResource, name: string, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${resourceName(resource)} ${JSON.stringify(name)}: ${why}`
  return refusal(409, 'Conflict', message, detailsOf(resource, name))
}

/** What a write meets that did not see the latest state. */
export const modified =
  'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(
  resource: NamedResource,
  name: string,
  why: string,
  causes: readonly Cause[] = [],
): Refusal {
  const named = name === '' ? '' : ` ${JSON.stringify(name)}`
  const subject = resource.plural === '' ? '' : `${resourceName(resource)}${named} is `
  const more = causes.length === 0 ? {} : { causes: causes as unknown as Json }
  return refusal(403, 'Forbidden', `${subject}forbidden: ${why}`, detailsOf(resource, name, more))
}

export function badRequest(message: string): Refusal {
  return refusal(400, 'BadRequest', message)
}

/** What is wrong with the options of a request. */
export function invalidOptions(kind: string, causes: readonly Cause[], group = 'meta.k8s.io'): Refusal {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`)
  const body = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return refusal(422, 'Invalid', `${kind}.${group} "" is invalid: ${body}`, {
    group,
    kind,
    causes: causes as unknown as Json,
  })
}

export function methodNotAllowed(): Refusal {
  return refusal(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  )
}

export function expired(message: string, continueToken?: string): Refusal {
  const { status } = refusal(410, 'Expired', message)
  return new Refusal(
    continueToken === undefined ? status : { ...status, metadata: { continue: continueToken } },
  )
}

/** A revision that the cluster has not reached. */
export function tooLargeRevision(asked: number, current: number, isAskedAgain = true): Refusal {
  const message = `Too large resource version: ${asked}, current: ${current}`
  const { status } = refusal(504, 'Timeout', `Timeout: ${message}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    ...(isAskedAgain ? { retryAfterSeconds: 1 } : {}),
  })
  return new Refusal(status, isAskedAgain ? { 'retry-after': '1' } : {})
}

/** An error that no server has a reason for. */
export function internal(message: string): Refusal {
  const { status } = refusal(500, '', message)
  const { reason: _, ...rest } = status
  return new Refusal(rest)
}

/** What comes in the place of an answer that got lost: whether the request took effect is not known. */
export function answerLost(): Refusal {
  return refusal(504, 'Timeout', 'Timeout: request did not complete within requested timeout')
}

export function unauthorized(): Refusal {
  return refusal(401, 'Unauthorized', 'Unauthorized')
}

export function notAcceptable(accepted: readonly string[]): Refusal {
  return refusal(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)
}

export function tooManyRequests(retryAfterSeconds: number): Refusal {
  const { status } = refusal(429, 'TooManyRequests', 'too many requests, please try again later.', {
    retryAfterSeconds,
  })
  return new Refusal(status, { 'retry-after': String(retryAfterSeconds) })
}

export function internalError(message: string): Refusal {
  return refusal(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}
