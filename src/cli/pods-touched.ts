import type { ObjectRef } from '../core/object/index.ts'

const replicated: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
])
const templated: ReadonlySet<string> = new Set([...replicated, 'DaemonSet'])

/**
 * What a heal does to the Pods of an object, as far as its fields tell: `pods removed: 2`. Undefined where they do not
 * touch Pods.
 */
export function podsTouched(
  object: Pick<ObjectRef, 'kind'>,
  fields: readonly { readonly path: string; readonly from: string; readonly to: string }[],
): string | undefined {
  const restarts =
    templated.has(object.kind) &&
    fields.some(({ path }) => path === 'spec.template' || path.startsWith('spec.template.'))
  const scale = replicated.has(object.kind) ? fields.find(({ path }) => path === 'spec.replicas') : undefined
  const parts: string[] = []
  if (scale !== undefined) parts.push(scaleText(Number(scale.from), Number(scale.to)))
  if (restarts) parts.push('pods restarted: all')
  return parts.length === 0 ? undefined : parts.join('     ')
}

function scaleText(from: number, to: number): string {
  if (!Number.isInteger(from) || !Number.isInteger(to)) return 'pods removed: ?'
  return from >= to ? `pods removed: ${from - to}` : `pods added: ${to - from}`
}
