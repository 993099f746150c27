import { applyEntryOf, receiptOf } from '../../core/drift/index.ts'
import { reasonOf } from '../../core/failure.ts'
import { type KubeObject, nameOf } from '../../core/object/index.ts'
import { fieldSetOf } from '../../core/schema/index.ts'
import { isKubeFailure } from '../../kube/index.ts'
import { eachLimited } from '../../runtime/index.ts'
import type { Observer } from '../drift/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import { fieldManager } from '../names.ts'
import type { Assignment } from '../ports.ts'
import type { KindSchema, Session } from '../session/index.ts'
import { settleMember } from './apply-wanted.ts'
import type { Wanted } from './resolve.ts'

const parallelReads = 16

/**
 * Mode observe: compares what runs with what the bundle declares, and writes nothing. What the objects would be
 * after an apply comes from a dry-run, or, where the rights do not reach that far, from the manifest itself.
 */
export async function observeBundle(
  context: EngineContext,
  session: Session,
  assignment: Assignment,
  wanted: readonly Wanted[],
  observer: Observer,
): Promise<void> {
  await eachLimited(wanted, parallelReads, async (one) => {
    const member = context.members.ensure(one.target.ref, {
      apiVersion: one.target.object.apiVersion,
      bundle: assignment.bundle,
      variant: assignment.variant,
      index: one.index,
      hash: one.content.hash,
    })
    const known = member.receipt?.manifestHash === one.content.hash && member.bundle === assignment.bundle
    settleMember(context, assignment, member, one)
    try {
      if (!known) await readBaseline(context, session, member, one)
      member.trouble = undefined
    } catch (error) {
      member.trouble = {
        code: 'observe',
        message: `${nameOf(member.ref)}: cannot compare: ${reasonOf(error)}`,
      }
      return
    }
    await observer.check(member)
  })
}

async function readBaseline(
  context: EngineContext,
  session: Session,
  member: Member,
  wanted: Wanted,
): Promise<void> {
  const { resource, object, ref } = wanted.target
  const schema = await session.schemas.schemaOf(object.apiVersion, object.kind)
  const live = await session.client.get(resource, ref.namespace, ref.name)
  const after = withOurEntry(await afterApply(session, wanted, live, schema))
  member.receipt = receiptOf(after, {
    manager: fieldManager,
    type: schema.type,
    schemaHash: schema.hash,
    manifestHash: wanted.content.hash,
    hash: context.ports.keys.hash64,
  })
  member.observedOnly = true
  member.seen = undefined
}

/** The object as an apply would leave it, with the identity of the live one. */
async function afterApply(
  session: Session,
  wanted: Wanted,
  live: KubeObject | undefined,
  schema: KindSchema,
): Promise<KubeObject> {
  const { resource, object } = wanted.target
  try {
    const options = { manager: fieldManager, force: true, dryRun: true }
    const reply = await session.client.apply(resource, object, options)
    return live === undefined ? withIdentity(reply.object, 'none', '0') : reply.object
  } catch (error) {
    if (!isKubeFailure(error, 'forbidden', 'not-found')) throw error
    const fieldsV1 = fieldSetOf(object, schema.type).toFieldsV1()
    const entry = {
      manager: fieldManager,
      operation: 'Apply',
      apiVersion: object.apiVersion,
      fieldsV1,
    } as const
    const claimed = { ...object, metadata: { ...object.metadata, managedFields: [entry] } }
    return withIdentity(claimed, live?.metadata.uid ?? 'none', live?.metadata.resourceVersion ?? '0')
  }
}

/** A manifest of a name alone owns nothing, and the server keeps no entry for it. */
function withOurEntry(object: KubeObject): KubeObject {
  if (applyEntryOf(object, fieldManager) !== undefined) return object
  const { apiVersion, metadata } = object
  const entry = { manager: fieldManager, operation: 'Apply', apiVersion, fieldsV1: {} } as const
  return { ...object, metadata: { ...metadata, managedFields: [...(metadata.managedFields ?? []), entry] } }
}

function withIdentity(object: KubeObject, uid: string, resourceVersion: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion } }
}
