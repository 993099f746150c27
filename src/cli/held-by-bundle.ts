import type { Client, TraceView } from '../api/index.ts'
import { isFailure } from '../core/failure.ts'
import type { ObjectArgument } from './arguments/object-argument.ts'
import { cliFailure } from './cli-failure.ts'
import { argumentOf } from './output/words.ts'
import type { Session } from './session.ts'

/**
 * That nothing differs is only true of an object that a bundle holds. Throws `not-held` when none of the clusters has a
 * bundle that holds it, with its owner as hint where that one is held; asks no further than the first that has.
 */
export async function checkHeld(
  session: Session,
  client: Client,
  clusters: readonly string[],
  object: ObjectArgument,
): Promise<void> {
  const { kind, name, namespace } = object
  // Without a namespace it is cluster-scoped or in the usual one; of any other the hub cannot be asked.
  const places = namespace === undefined ? ['', 'default'] : [namespace]
  let hint = `${session.program} get bundles`
  for (const cluster of clusters) {
    for (const place of places) {
      const trace = await traceOf(client, cluster, object, place)
      const steps = trace?.steps ?? []
      const at = steps.findIndex((step) => step.is === 'bundle')
      if (at === 1) return
      const owner = steps[at - 1]
      if (owner?.is === 'object')
        hint = `${session.program} drift show ${cluster} ${argumentOf(owner.object)}`
    }
  }
  const on = clusters.join(', ')
  if (namespace === undefined) {
    throw cliFailure('not-held', `${kind} ${name}: no bundle holds it in namespace default on ${on}`, {
      hint: 'name its namespace, with -n or as in namespace/kind/name',
    })
  }
  const subject = `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`
  throw cliFailure('not-held', `${subject}: no bundle holds it on ${on}`, { subject, hint })
}

async function traceOf(
  client: Client,
  cluster: string,
  { group, kind, name }: ObjectArgument,
  namespace: string,
): Promise<TraceView | undefined> {
  const query = { kind, name, namespace, ...(group === undefined ? {} : { group }) }
  try {
    return await client.trace({ params: { cluster }, query })
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}
