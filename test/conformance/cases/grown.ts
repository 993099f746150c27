import { isList, type JsonMap, mapOf, mapsOf, textOf } from '../../../src/core/object/index.ts'
import { deployment } from '../manifests.ts'
import type { Answer, Request } from '../side.ts'
import type { Stage } from '../stage.ts'

const now = '2026-01-01T00:00:00Z'
const merge = 'application/merge-patch+json'

export function get(path: string): Request {
  return { method: 'GET', path }
}

export function itemsIn({ body }: Answer): readonly JsonMap[] {
  return mapsOf(mapOf(body).items)
}

export function statusIn({ body }: Answer): JsonMap {
  return mapOf(mapOf(body).status)
}

/** A controller writes the status of a Deployment more than once for one change: its generation comes last. */
export function isObserved(answer: Answer): boolean {
  return statusIn(answer).observedGeneration === mapOf(mapOf(answer.body).metadata).generation
}

/** Creates a Deployment, and waits until its ReplicaSet and its pods are there and counted. */
export async function grow(on: Stage, name = 'web', labels: JsonMap = {}): Promise<void> {
  const own = { app: name, ...labels }
  const { spec } = deployment({ replicas: 2 })
  const template = mapOf(mapOf(spec).template)
  const wanted = deployment(
    { replicas: 2, selector: { matchLabels: own }, template: { ...template, metadata: { labels: own } } },
    { name, labels: own },
  )
  await on.create(on.at('apps/v1', 'deployments'), wanted)
  await counted(on, name, 2)
  // Texts name the ReplicaSet by the hash of its template.
  const sets = itemsIn(await on.quiet(get(`${on.at('apps/v1', 'replicasets')}?labelSelector=app%3D${name}`)))
  on.note(
    'its ReplicaSet',
    sets.map(({ metadata }) => mapOf(metadata).labels ?? null),
  )
}

/** Waits until a Deployment and its ReplicaSets count so many pods, none of them available. */
export async function counted(on: Stage, name: string, pods: number): Promise<void> {
  await on.until(get(`${on.at('apps/v1', 'replicasets')}?labelSelector=app%3D${name}`), (answer) =>
    itemsIn(answer).some(({ status }) => mapOf(status).fullyLabeledReplicas === pods),
  )
  await on.until(get(on.at('apps/v1', `deployments/${name}`)), (answer) => {
    const { replicas, unavailableReplicas, conditions } = statusIn(answer)
    return (
      isObserved(answer) &&
      replicas === pods &&
      unavailableReplicas === pods &&
      isList(conditions) &&
      conditions.length === 2
    )
  })
}

/** Says of every pod that it is ready, in the place of a kubelet. */
export async function readyPods(on: Stage): Promise<void> {
  const pods = itemsIn(await on.quiet(get(on.at('v1', 'pods'))))
  for (const { metadata, status } of pods) {
    if (mapOf(status).phase === 'Running') continue
    const path = on.at('v1', `pods/${textOf(mapOf(metadata).name)}/status`)
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: now }
    const body = JSON.stringify({ status: { phase: 'Running', conditions: [ready] } })
    await on.quiet({ method: 'PATCH', path, contentType: merge, userAgent: 'kubelet', body })
  }
}

/** Makes pods ready until a Deployment has rolled out. */
export async function rollOut(on: Stage, name: string, replicas: number): Promise<void> {
  const path = on.at('apps/v1', `deployments/${name}`)
  const isDone = (answer: Answer): boolean => {
    const status = statusIn(answer)
    return (
      status.availableReplicas === replicas &&
      status.updatedReplicas === replicas &&
      status.replicas === replicas &&
      isObserved(answer) &&
      mapsOf(status.conditions).some(({ reason }) => reason === 'NewReplicaSetAvailable')
    )
  }
  await on.until(get(path), isDone, () => readyPods(on))
}
