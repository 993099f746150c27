import { fieldManager } from '../names.ts'
import type { Session } from '../session/index.ts'
import type { Write } from './apply-wanted.ts'
import type { Wanted } from './resolve.ts'

/**
 * Makes the namespaces that objects need and nobody declares (`createNamespace`): `all` is what the bundle declares. They are no members of the
 * bundle: they are never changed afterwards and never pruned.
 */
export async function ensureNamespaces(
  session: Session,
  writes: readonly Pick<Write, 'wanted'>[],
  all: readonly Wanted[],
): Promise<void> {
  const resource = session.resourceOf({ group: '', kind: 'Namespace' })
  if (resource === undefined) return
  const declared = new Set(
    all.flatMap(({ target }) => (target.ref.kind === 'Namespace' ? [target.ref.name] : [])),
  )
  const needed = new Set(writes.map(({ wanted }) => wanted.target.ref.namespace))
  for (const name of needed) {
    if (name === '' || declared.has(name)) continue
    if ((await session.client.get(resource, undefined, name)) !== undefined) continue
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await session.client.apply(resource, object, { manager: fieldManager, force: false })
  }
}
