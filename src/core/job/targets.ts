import type { Target } from '../access/index.ts'
import { refOfKey } from '../object/index.ts'
import type { JobPart, JobRow } from './job.ts'

/** What a part of a row is about. */
export function targetOf(cluster: string, { bundle, key }: JobPart): Target & { readonly cluster: string } {
  return {
    cluster,
    ...(bundle === undefined ? {} : { bundle }),
    ...(key === undefined ? {} : { namespace: refOfKey(key).namespace }),
  }
}

/** Everything that rows are about, each thing once: their parts, or the cluster as a whole of a row without any. */
export function targetsOf(
  rows: readonly Pick<JobRow, 'cluster' | 'parts'>[],
): (Target & { readonly cluster: string })[] {
  const all = rows.flatMap(({ cluster, parts }) =>
    parts.length === 0 ? [{ cluster }] : parts.map((part) => targetOf(cluster, part)),
  )
  return [...new Map(all.map((target) => [JSON.stringify(target), target])).values()]
}
