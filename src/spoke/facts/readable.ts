import { type ApiResource, isKubeFailure } from '../../kube/index.ts'
import type { Session } from '../session/index.ts'

/** Undefined where the kind is not told of or may not be read: that is unknown, which is not none. */
export async function readable<Value>(
  session: Session,
  group: string,
  kind: string,
  read: (resource: ApiResource) => Promise<Value>,
): Promise<Value | undefined> {
  const resource = session.resourceOf({ group, kind })
  if (resource === undefined) return undefined
  try {
    return await read(resource)
  } catch (error) {
    if (isKubeFailure(error, 'forbidden', 'not-found')) return undefined
    throw error
  }
}
