import type { Json, KubeObject, ManagedFieldsEntry } from '../../core/object/index.ts'
import { isKubeFailure } from '../../kube/index.ts'
import { fieldManager } from '../names.ts'
import type { Session, Target } from '../session/index.ts'

const mostAttempts = 5

/**
 * Rewrites `metadata.managedFields`, guarded by the resourceVersion: a write in between answers 409 and the
 * rewriting starts over on the new state (engine §5, F13). `rewrite` answers undefined when there is nothing
 * to do. Answers the state after it.
 */
export async function rewriteManagedFields(
  session: Session,
  target: Target,
  known: KubeObject,
  rewrite: (live: KubeObject) => readonly ManagedFieldsEntry[] | undefined,
): Promise<KubeObject> {
  let live = known
  for (let attempt = 1; ; attempt++) {
    const managedFields = rewrite(live)
    const version = live.metadata.resourceVersion
    if (managedFields === undefined || version === undefined) return live
    const body: Json = [
      { op: 'replace', path: '/metadata/resourceVersion', value: version },
      { op: 'replace', path: '/metadata/managedFields', value: managedFields as unknown as Json },
    ]
    const { namespace, name } = target.ref
    try {
      const reply = await session.client.patch(target.resource, namespace, name, 'json', body, {
        manager: fieldManager,
      })
      return reply.object
    } catch (error) {
      if (!isKubeFailure(error, 'conflict') || attempt === mostAttempts) throw error
      const newer = await session.client.get(target.resource, namespace, name)
      if (newer === undefined) throw error
      live = newer
    }
  }
}
