import { isList, isMap, type Json, type JsonMap } from '../../../src/core/object/index.ts'
import type { Stage } from '../stage.ts'

/** Notes whether the time of a manager's entry moved between two answers. */
export function noteTime(on: Stage, manager: string, before: JsonMap, after: JsonMap): void {
  on.note(`the time of ${manager} moved`, timeOf(before, manager) !== timeOf(after, manager))
}

function timeOf(object: JsonMap, manager: string): Json {
  const entries =
    isMap(object.metadata) && isList(object.metadata.managedFields) ? object.metadata.managedFields : []
  const entry = entries.filter(isMap).find((one) => one.manager === manager)
  return entry?.time ?? null
}

/** A Deployment that says as little as it may. */
export function sparse(spec: JsonMap, metadata: JsonMap = {}): JsonMap {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...metadata }, spec }
}
