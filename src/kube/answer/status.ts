import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'

/** A `metav1.Status` that tells of a failure, as far as it is read. */
export interface Status {
  readonly code: number | undefined
  readonly reason: string | undefined
  readonly message: string
  readonly group: string
  /** The plural name of the resource, mostly. */
  readonly kind: string | undefined
  readonly name: string | undefined
  readonly causes: readonly StatusCause[]
  readonly retryAfterSeconds: number | undefined
}

export interface StatusCause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

/** The Status in a parsed body; undefined when it is something else. */
export function statusOf(body: unknown): Status | undefined {
  if (!isMap(body) || body.kind !== 'Status' || body.apiVersion !== 'v1') return undefined
  const details = isMap(body.details) ? body.details : {}
  return {
    code: typeof body.code === 'number' ? body.code : undefined,
    reason: textOf(body.reason),
    message: textOf(body.message) ?? '',
    group: textOf(details.group) ?? '',
    kind: textOf(details.kind),
    name: textOf(details.name),
    causes: causesOf(details),
    retryAfterSeconds: typeof details.retryAfterSeconds === 'number' ? details.retryAfterSeconds : undefined,
  }
}

function causesOf(details: JsonMap): StatusCause[] {
  if (!isList(details.causes)) return []
  return details.causes.filter(isMap).map((cause) => ({
    reason: textOf(cause.reason) ?? '',
    message: textOf(cause.message) ?? '',
    field: textOf(cause.field) ?? '',
  }))
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
