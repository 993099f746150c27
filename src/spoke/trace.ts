import {
  groupOf,
  type KubeObject,
  nameOf,
  type ObjectRef,
  type OwnerReference,
  refOf,
} from '../core/object/index.ts'
import type { EngineContext } from './engine-context.ts'
import { bundleLabel } from './names.ts'

/** One step on the way from an object to Git. */
export type TraceStep =
  | { readonly kind: 'object'; readonly ref: ObjectRef; readonly found: boolean }
  | { readonly kind: 'bundle'; readonly name: string; readonly revision: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'unmanaged'; readonly message: string }

const mostSteps = 10

/**
 * Follows the controlling owners of an object upwards until a member of a bundle is reached, then to the
 * bundle, its revision and the file and line that declare it. Ends with why where it cannot go on.
 */
export async function traceObject(context: EngineContext, start: ObjectRef): Promise<TraceStep[]> {
  const steps: TraceStep[] = []
  const session = context.session()
  let ref: ObjectRef | undefined = start
  for (let i = 0; ref !== undefined && i < mostSteps; i++) {
    const resource = session.resourceOf(ref)
    const live: KubeObject | undefined =
      resource === undefined ? undefined : await session.client.get(resource, ref.namespace, ref.name)
    steps.push({ kind: 'object', ref, found: live !== undefined })
    const member = context.members.of(ref)
    const assignment = member === undefined ? undefined : context.assignment(member.bundle)
    if (member !== undefined && assignment !== undefined) {
      steps.push({ kind: 'bundle', name: member.bundle, revision: assignment.revision })
      const content = await context.content(member.variant).catch(() => undefined)
      const origin = content?.objects[member.index]?.origin
      if (origin !== undefined) steps.push({ kind: 'file', ...origin })
      return steps
    }
    if (live === undefined) {
      steps.push({ kind: 'unmanaged', message: `${nameOf(ref)} is not in the cluster` })
      return steps
    }
    const owner: OwnerReference | undefined = live.metadata.ownerReferences?.find(
      (reference) => reference.controller === true,
    )
    if (owner === undefined) {
      const bundle = live.metadata.labels?.[bundleLabel]
      const message =
        bundle === undefined
          ? 'no bundle holds it'
          : `labelled as bundle ${bundle}, which does not hold it here`
      steps.push({ kind: 'unmanaged', message: `${nameOf(refOf(live))}: ${message}` })
      return steps
    }
    const group: string = groupOf(owner.apiVersion)
    const scope = session.resourceOf({ group, kind: owner.kind })
    const namespace: string = scope?.namespaced === false ? '' : ref.namespace
    ref = { group, kind: owner.kind, namespace, name: owner.name }
  }
  return steps
}
