import { canonicalJson, type KubeObject } from '../../core/object/index.ts'
import { type ObjectProjection, projectionOf } from '../../core/search/index.ts'
import { SharedValues } from '../../core/shared-values.ts'
import type { ReportSink, SpokePorts } from '../ports.ts'
import type { Member } from './member.ts'

/** Equal objects of many clusters are told of at about the same time, when they are new. */
const shared = new SharedValues<ObjectProjection>()

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
    ports.reports.object({ key, bundle, projection: undefined, isNews: true })
    return
  }
  const projection = projectionOf(object)
  const text = canonicalJson(projection as never)
  const digest = ports.keys.hash64(`${bundle}\n${text}`)
  if (digest === member.projected) return
  const isNews = member.projected !== undefined
  member.projected = digest
  // What is known of a shared value stays until all garbage is collected: a change is mostly that of one cluster.
  ports.reports.object({
    key,
    bundle,
    projection: isNews ? projection : shared.share(text, projection),
    isNews,
  })
}
