import { parseQuantity } from '../facts/index.ts'
import { type KubeObject, mapOf, textOf, valueAt } from '../object/index.ts'

/** One resource that a ResourceQuota bounds. */
export interface QuotaUse {
  /** Such as `requests.cpu`, `pods`. */
  readonly resource: string
  /** As the cluster writes them: `4`, `8Gi`. */
  readonly hard: string
  /** Undefined while the cluster has not counted. */
  readonly used: string | undefined
  /** Of 1; more than that where the bound was lowered beneath the use. Undefined where it cannot be known. */
  readonly full: number | undefined
}

/** What a ResourceQuota bounds, with its use. Use counts only against the bound that it was counted for. */
export function readQuota(object: KubeObject): QuotaUse[] {
  const hard = mapOf(valueAt(object, 'spec', 'hard'))
  const counted = mapOf(valueAt(object, 'status', 'used'))
  return Object.entries(hard).flatMap(([resource, value]) => {
    const bound = quantityText(value)
    if (bound === '') return []
    const used = quantityText(counted[resource])
    return [
      {
        resource,
        hard: bound,
        used: used === '' ? undefined : used,
        full: fullness(used, bound),
      },
    ]
  })
}

function fullness(used: string, hard: string): number | undefined {
  const [part, whole] = [parseQuantity(used), parseQuantity(hard)]
  if (part === undefined || whole === undefined) return undefined
  // A bound of nothing is full from the beginning.
  return whole === 0 ? 1 : part / whole
}

function quantityText(value: unknown): string {
  return typeof value === 'number' ? String(value) : textOf(value as string)
}
