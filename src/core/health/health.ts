import { isList, isMap, type Json, type KubeObject, valueAt } from '../object/index.ts'

/** The verdicts of kstatus. */
export type HealthStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown'

export interface Health {
  readonly status: HealthStatus
  /** One word in CamelCase, such as `LessAvailable`; the empty text for Current. */
  readonly reason: string
  readonly message: string
}

export function current(message: string): Health {
  return { status: 'Current', reason: '', message }
}

export function inProgress(reason: string, message: string): Health {
  return { status: 'InProgress', reason, message }
}

export function failed(reason: string, message: string): Health {
  return { status: 'Failed', reason, message }
}

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** The conditions of an object; entries that are no conditions are left out. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const conditions = valueAt(object, 'status', 'conditions')
  if (!isList(conditions)) return []
  return conditions.filter(isMap).flatMap((condition) => {
    const type = textOf(condition['type'])
    if (type === '') return []
    const [status, reason, message] = [condition['status'], condition['reason'], condition['message']].map(
      textOf,
    )
    return [{ type, status: status ?? '', reason: reason ?? '', message: message ?? '' }]
  })
}

/** The condition of this type, where it has this status. */
export function conditionWith(
  object: KubeObject,
  type: string,
  status: 'True' | 'False',
): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type && condition.status === status)
}

/** The whole number at a chain of keys, or `fallback` where there is none. */
export function numberAt(object: KubeObject, fallback: number, ...keys: readonly string[]): number {
  const value = valueAt(object, ...keys)
  return typeof value === 'number' ? value : fallback
}

/** The text at a chain of keys, or the empty one. */
export function textAt(object: KubeObject, ...keys: readonly string[]): string {
  return textOf(valueAt(object, ...keys))
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
