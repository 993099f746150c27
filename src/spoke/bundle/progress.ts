import type { Failure } from '../../core/failure.ts'
import type { ObjectTrouble } from '../ports.ts'
import { textOf } from './apply-wanted.ts'
import type { BundleProgress } from './bundle-report.ts'
import type { Removed } from './removal.ts'

/** How a bundle stands after a pass that went to its end. */
export function progressOf(
  waiting: readonly string[],
  troubles: readonly ObjectTrouble[],
  failed: number,
  { kept, leaving, why }: Removed,
): BundleProgress {
  const refused = [...troubles]
  if (failed > 0 || troubles.length > 0) {
    const first = troubles[0]?.message
    const count = failed + troubles.length
    return { phase: 'failed', reason: first ?? `${objects(count)} could not be applied`, refused }
  }
  if (waiting.length > 0) return { phase: 'pending', reason: waiting.join('; '), refused }
  if (kept > 0) return { phase: 'blocked', reason: `${objects(kept)} could not be deleted: ${why}`, refused }
  if (leaving > 0) return { phase: 'blocked', reason: `${objects(leaving)} still there`, refused }
  return { phase: 'applied', refused }
}

/** An object that could not be sent, with the reason. */
export function trouble(key: string, failure: Failure): ObjectTrouble {
  return { key, health: 'Unknown', code: failure.code, message: textOf(failure) }
}

/** A number of objects, in words. */
export function objects(count: number): string {
  return `${count} object${count === 1 ? '' : 's'}`
}
