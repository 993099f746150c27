import type { ClusterFacts } from '../../core/facts/index.ts'
import { SharedValues } from '../../core/shared-values.ts'

type Apis = ClusterFacts['apis']

const known = new SharedValues<Apis>()

/** One value for equal lists of served kinds: a thousand clusters of a few versions hold a few lists in memory. */
export function sharedApis(apis: Apis): Apis {
  return known.share(JSON.stringify(apis), apis)
}
