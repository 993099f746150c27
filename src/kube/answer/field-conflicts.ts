import type { FieldConflict } from '../failure.ts'
import type { StatusCause } from './status.ts'

const form =
  /^conflict with ("(?:[^"\\]|\\.)*")(?: with subresource ("(?:[^"\\]|\\.)*"))?(?: using (\S+?))?(?: at (\S+))?$/

/**
 * The fields that a refused apply names, from the causes of its Status. The server prints the manager with Go's
 * `%q`, then the subresource, and for Update managers version and time
 * (structured-merge-diff `merge/conflict.go`, apimachinery `managedfields/internal/conflict.go`).
 */
export function fieldConflictsOf(causes: readonly StatusCause[]): FieldConflict[] {
  return causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => {
      const [, manager, subresource, apiVersion, time] = form.exec(cause.message) ?? []
      return {
        path: cause.field,
        manager: manager === undefined ? cause.message : unquoted(manager),
        subresource: subresource === undefined ? undefined : unquoted(subresource),
        apiVersion,
        time,
      }
    })
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted.slice(1, -1)
  }
}
