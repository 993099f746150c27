import { reasonOf } from '../../core/failure.ts'
import { isMap } from '../../core/object/index.ts'
import { isKubeFailure } from '../../kube/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { fieldManager } from '../names.ts'
import type { Assignment, Content } from '../ports.ts'
import { resolveContent, type Wanted } from './resolve.ts'

/** What a cluster would refuse of a rendering. */
export interface TriedObject {
  readonly key: string
  /** In the server's words, with its hint. */
  readonly failure: string
}

/** The outcome of trying a rendering on a cluster. */
export interface TriedRendering {
  /** How many objects were sent. */
  readonly tried: number
  readonly refused: readonly TriedObject[]
}

const sideBySide = 16
const most = 100

/**
 * Sends the objects that an assignment would change as dry-runs, so that a refusal is seen before anything is written.
 * What can only be known once another object of the rendering is there (its namespace, its definition) is left out.
 */
export async function tryRendering(context: EngineContext, assignment: Assignment): Promise<TriedRendering> {
  const session = context.session()
  const content = await context.content(assignment.variant)
  const asAssigned: EngineContext = { ...context, assignment: () => assignment }
  const { wanted, refused } = resolveContent(asAssigned, session, assignment.bundle, content)
  const changed = wanted.filter(({ key, content: item }) => {
    return item.hook === undefined && context.members.get(key)?.receipt?.manifestHash !== item.hash
  })
  const sent = changed.slice(0, most)
  const outcomes = await eachLimited(sent, sideBySide, async ({ key, target }) => {
    try {
      await session.client.apply(target.resource, target.object, {
        manager: fieldManager,
        // What is ours already is taken back; what is not may have an owner, who is named.
        force: context.members.get(key)?.receipt !== undefined,
        dryRun: true,
      })
      return []
    } catch (error) {
      const later =
        isKubeFailure(error, 'not-found') && bringsNamespace(assignment, content, target.ref.namespace)
      return later ? [] : [{ key, failure: reasonOf(error) }]
    }
  })
  const unknown = refused.flatMap(({ key, content: item, failure }) =>
    bringsKind(content, item) ? [] : [{ key, failure: reasonOf(failure) }],
  )
  return { tried: sent.length, refused: [...unknown, ...outcomes.flat()] }
}

function bringsNamespace(assignment: Assignment, content: Content, namespace: string): boolean {
  const declared = ({ object }: Content['objects'][number]): boolean =>
    object.kind === 'Namespace' && object.metadata.name === namespace
  return assignment.createNamespace || content.objects.some(declared)
}

/** True when a definition of the same rendering makes the kind of an object known. */
function bringsKind(content: Content, { object }: Wanted['content']): boolean {
  const group = object.apiVersion.split('/')[0] ?? ''
  return content.objects.some(({ object: one }) => {
    if (one.kind !== 'CustomResourceDefinition') return false
    const { spec } = one as unknown as { spec?: unknown }
    const names = isMap(spec) ? spec['names'] : undefined
    return isMap(spec) && spec['group'] === group && isMap(names) && names['kind'] === object.kind
  })
}
