import type { KubeObject } from '../object/index.ts'

/** Of a quota it is kept apart, as it changes all the time; the others have none that says anything. */
const apart = new Set(['status'])
const added = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
])
const repeated = 'kubectl.kubernetes.io/last-applied-configuration'

/** What of an object is recorded: everything that somebody wrote, and nothing that a server adds. */
export function recordedContent(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([field]) => !added.has(field)))
  const { annotations, ...rest } = metadata as KubeObject['metadata']
  const kept = Object.entries(annotations ?? {}).filter(([name]) => name !== repeated)
  const fields = Object.entries(object).filter(([field]) => !apart.has(field) && field !== 'metadata')
  return {
    ...(Object.fromEntries(fields) as KubeObject),
    metadata: kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) },
  }
}
