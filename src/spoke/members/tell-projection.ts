import { canonicalJson, type KubeObject } from '../../core/object/index.ts'
import { projectionOf } from '../../core/search/index.ts'
import type { ReportSink, SpokePorts } from '../ports.ts'
import type { Member } from './member.ts'

/**
 * Tells what a member is found by, when it has changed since it was told last; `undefined` when the object is not there.
 * An event that changes nothing of it costs a hash.
 */
export function tellProjection(
  ports: { readonly reports: Pick<ReportSink, 'object'>; readonly keys: Pick<SpokePorts['keys'], 'hash64'> },
  member: Member,
  object: KubeObject | undefined,
): void {
  const { key, bundle } = member
  if (object === undefined) {
    member.projected = undefined
    ports.reports.object({ key, bundle, projection: undefined })
    return
  }
  const projection = projectionOf(object)
  const digest = ports.keys.hash64(`${bundle}\n${canonicalJson(projection as never)}`)
  if (digest === member.projected) return
  member.projected = digest
  ports.reports.object({ key, bundle, projection })
}
