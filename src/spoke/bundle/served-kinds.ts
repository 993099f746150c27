import type { KubeObject } from '../../core/object/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Assignment, Content } from '../ports.ts'
import type { Session } from '../session/index.ts'
import type { Refused } from './resolve.ts'

const pollMs = 200

/**
 * Waits until the cluster serves the kinds that this rendering defines itself and that were unknown before.
 * True when at least one of them is served now; false when there is none, or not within the wave's time.
 */
export async function becomeServed(
  context: EngineContext,
  session: Session,
  assignment: Assignment,
  content: Content,
  refused: readonly Refused[],
): Promise<boolean> {
  const definitions = content.objects.map(({ object }) => object).filter(isDefinition)
  const expected = refused.filter(
    ({ failure, content: item }) =>
      failure.code === 'no-such-kind' && definitions.some((definition) => defines(definition, item.object)),
  )
  if (expected.length === 0) return false
  const deadline = context.clock.now() + assignment.waveTimeout
  for (;;) {
    await session.rediscover()
    const served = expected.filter(({ content: item }) => !(session.targetOf(item.object) instanceof Error))
    if (served.length === expected.length) return true
    if (context.clock.now() >= deadline) return served.length > 0
    context.assertWritable()
    await context.clock.sleep(pollMs)
  }
}

function isDefinition(object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/')
}

function defines(definition: KubeObject, object: KubeObject): boolean {
  const spec = definition.spec as { group?: string; names?: { kind?: string } } | undefined
  return object.apiVersion.startsWith(`${spec?.group ?? ''}/`) && spec?.names?.kind === object.kind
}
