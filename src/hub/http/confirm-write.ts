import { apiFailure, type Confirmation, guardOf, type HealRequest, unconfirmed } from '../../api/index.ts'
import type { Call, HubService } from '../service.ts'

/**
 * Lets a heal pass when its confirmation satisfies the guard of the clusters that it names, by their stored records
 * (safety row 35). Throws `not-found`, `wrong-cluster` or `confirmation-needed`.
 */
export async function confirmHeal(service: HubService, call: Call, request: HealRequest): Promise<void> {
  const names = request.targets.map((target) => target.cluster)
  const records = await recordsOf(service, call, names)
  for (const target of request.targets) {
    const known = records.get(target.cluster)
    if (known?.clusterId !== undefined && known.clusterId !== target.clusterId) {
      const ids = `it is ${known.clusterId} now, and was ${target.clusterId} in the preview`
      throw apiFailure('wrong-cluster', `cluster ${target.cluster}: not the one that was previewed: ${ids}`, {
        hint: 'look at the preview again',
      })
    }
  }
  confirm([...records.values()], request)
}

/** The same for a write to clusters by name. */
export async function confirmOn(
  service: HubService,
  call: Call,
  clusters: readonly string[],
  given: Confirmation,
): Promise<void> {
  const records = await recordsOf(service, call, clusters)
  confirm([...records.values()], given)
}

async function recordsOf(service: HubService, call: Call, names: readonly string[]) {
  const wanted = [...new Set(names)]
  const found = await service.identities(call, { cluster: wanted })
  const records = new Map(found.map((record) => [record.cluster, record]))
  const missing = wanted.find((name) => !records.has(name))
  if (missing !== undefined) throw apiFailure('not-found', `cluster ${missing}: not found`)
  return records
}

function confirm(
  records: readonly { cluster: string; tier: 'sandbox' | 'standard' | 'protected' }[],
  given: Confirmation,
) {
  const lacking = unconfirmed(guardOf(records), given)
  if (lacking !== undefined) throw lacking
}
