import { foldForAdoption, ownedByOthers, releasedBy } from '../../core/adoption/index.ts'
import { editAtPath, type FieldPath, pathKey, valueAtPath } from '../../core/fields/index.ts'
import { asJson, isMap, type JsonMap, type KubeObject } from '../../core/object/index.ts'
import { fieldSetOf } from '../../core/schema/index.ts'
import { fieldManager } from '../names.ts'
import type { Session, Target } from '../session/index.ts'

/**
 * The object as an adoption would leave it. `applied` is what a dry-run of the apply answers; what the fold
 * releases cannot be seen there and is computed (engine §5). A released field gets its default back, which a
 * dry-run under a name that nothing has tells; where the server refuses that, it counts as gone.
 */
export async function afterAdoption(
  session: Session,
  target: Target,
  live: KubeObject,
  applied: KubeObject,
): Promise<KubeObject> {
  const { type } = await session.schemas.schemaOf(target.object.apiVersion, target.object.kind)
  const fold = foldForAdoption(live.metadata.managedFields ?? [], fieldManager, [])
  if (fold.folded.length === 0) return applied
  const released = releasedBy(fold, fieldSetOf(target.object, type), ownedByOthers(fold, fieldManager))
  if (released.isEmpty) return applied
  const fresh = await freshObject(session, target, live)
  let after: JsonMap = asMap(applied)
  for (const path of outermost([...released.members()])) {
    after = editAtPath(after, path, fresh === undefined ? undefined : valueAtPath(fresh, path))
  }
  return { ...applied, ...after }
}

/** The desired object as if it were created now, with its defaults; undefined where that cannot be asked. */
async function freshObject(
  session: Session,
  { resource, object }: Target,
  live: KubeObject,
): Promise<KubeObject | undefined> {
  const name = `evenkeel-preview-${live.metadata.uid ?? ''}`
  const unnamed = { ...object, metadata: { ...object.metadata, name } }
  const options = { manager: fieldManager, force: false, dryRun: true }
  return await session.client.apply(resource, unnamed, options).then(
    (reply) => reply.object,
    () => undefined,
  )
}

/** The paths of which no other one is an ancestor; ancestors come first. */
function outermost(paths: readonly FieldPath[]): FieldPath[] {
  const taken = new Set<string>()
  return paths.filter((path) => {
    if (path.some((_, length) => length > 0 && taken.has(pathKey(path.slice(0, length))))) return false
    taken.add(pathKey(path))
    return true
  })
}

function asMap(object: KubeObject): JsonMap {
  const json = asJson(object)
  return isMap(json) ? json : {}
}
