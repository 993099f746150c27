import { canonicalJson, type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { create, keyOfObject, merge, objectAt, removeAs } from './acting.ts'
import { type Controller, itself } from './controller.ts'
import { deploymentStatus } from './deployment-status.ts'
import { tellEvent } from './events.ts'
import { controlledBy, numberOr, ownedBy, ownerKey, templateHash } from './owned-pods.ts'
import { mergeStatus, replicaSetStorage } from './replica-sets.ts'
import { newReplicas, oldReplicas, type Replicas, rollingOf } from './rolling.ts'

export const deploymentStorage = 'deployments.apps'
const revisionAnnotation = 'deployment.kubernetes.io/revision'
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
const hashLabel = 'pod-template-hash'

/** Rolls Deployments out: one ReplicaSet for each template, the newest growing as the others shrink. */
export const deployments: Controller = {
  watches: {
    [deploymentStorage]: itself,
    [replicaSetStorage]: ({ object, previous }) => ownerKey(object ?? previous, 'Deployment'),
  },
  async reconcile(cluster, key) {
    const deployment = objectAt(cluster, deploymentStorage, key)
    if (deployment === undefined || mapOf(deployment.metadata).deletionTimestamp !== undefined)
      return undefined
    let current = currentSet(deployment, ownedBy(cluster, replicaSetStorage, deployment))
    const isFresh = current === undefined && mapOf(deployment.spec).paused !== true
    if (isFresh) {
      await createSet(cluster, deployment)
      current = currentSet(deployment, ownedBy(cluster, replicaSetStorage, deployment))
    }
    if (current !== undefined) await number(cluster, key, deployment, current)
    await roll(cluster, deployment, current)
    const latest = objectAt(cluster, deploymentStorage, key)
    if (latest === undefined) return undefined
    const sets = ownedBy(cluster, replicaSetStorage, latest)
    const rollout = { deployment: latest, current: currentSet(latest, sets), sets, isFresh }
    const { status, again } = deploymentStatus(cluster, rollout)
    await mergeStatus(cluster, deploymentStorage, key, latest, status)
    return again
  },
}

/** The ReplicaSet of the template that the Deployment has now. */
function currentSet(deployment: JsonMap, sets: readonly JsonMap[]): JsonMap | undefined {
  const wanted = templateOf(deployment)
  return sets.find((set) => templateOf(set) === wanted)
}

function templateOf({ spec }: JsonMap): string {
  const template = mapOf(mapOf(spec).template)
  const metadata = mapOf(template.metadata)
  const { [hashLabel]: _, ...labels } = mapOf(metadata.labels)
  return canonicalJson({ ...template, metadata: { ...metadata, labels } })
}

async function createSet(cluster: Cluster, deployment: JsonMap): Promise<void> {
  const { name, namespace } = mapOf(deployment.metadata)
  const spec = mapOf(deployment.spec)
  const template = mapOf(spec.template)
  const hash = templateHash(spec.template)
  const labels = { ...mapOf(mapOf(template.metadata).labels), [hashLabel]: hash }
  const selector = mapOf(spec.selector)
  const sets = ownedBy(cluster, replicaSetStorage, deployment)
  const grown = isRecreate(spec) ? 0 : newReplicas(none, sets.map(replicasOf), rollingOf(spec))
  const replicas = sets.length === 0 ? numberOr(spec.replicas, 1) : grown
  const setName = `${textOf(name)}-${hash}`
  await create(cluster, replicaSetStorage, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: setName,
      namespace: namespace ?? '',
      labels,
      annotations: annotationsOf(deployment, String(nextRevision(sets))),
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...mapOf(selector.matchLabels), [hashLabel]: hash } },
      template: { ...template, metadata: { ...mapOf(template.metadata), labels } },
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
    },
  })
  if (replicas > 0) tellScaling(cluster, deployment, setName, 0, replicas)
}

function tellScaling(cluster: Cluster, deployment: JsonMap, set: string, from: number, to: number): void {
  const message = `Scaled ${from < to ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`
  const told = { component: 'deployment-controller', type: 'Normal', reason: 'ScalingReplicaSet' } as const
  tellEvent(cluster, deployment, { ...told, message })
}

const none: Replicas = { wanted: 0, available: 0 }

function annotationsOf(deployment: JsonMap, revision: string): JsonMap {
  const {
    [revisionAnnotation]: _,
    'kubectl.kubernetes.io/last-applied-configuration': __,
    ...own
  } = mapOf(mapOf(deployment.metadata).annotations)
  return { ...own, ...sizeAnnotations(deployment), [revisionAnnotation]: revision }
}

/** What a ReplicaSet says about the size of its Deployment. */
function sizeAnnotations(deployment: JsonMap): JsonMap {
  const { replicas, surge } = rollingOf(mapOf(deployment.spec))
  return {
    'deployment.kubernetes.io/desired-replicas': String(replicas),
    'deployment.kubernetes.io/max-replicas': String(replicas + surge),
  }
}

/** Gives the current ReplicaSet the highest revision, and shows it on the Deployment. */
async function number(cluster: Cluster, key: string, deployment: JsonMap, current: JsonMap): Promise<void> {
  const sets = ownedBy(cluster, replicaSetStorage, deployment)
  const others = sets.filter((set) => keyOfObject(set) !== keyOfObject(current))
  let revision = revisionOf(current)
  if (others.some((set) => revisionOf(set) > revision)) {
    const former = String(revision)
    revision = nextRevision(others)
    // It was there before: the revisions that it had are kept.
    const history = textOf(mapOf(mapOf(current.metadata).annotations)[historyAnnotation])
    const annotations = {
      [revisionAnnotation]: String(revision),
      [historyAnnotation]: history === '' ? former : `${history},${former}`,
    }
    await merge(cluster, replicaSetStorage, keyOfObject(current), { metadata: { annotations } })
  }
  if (revisionOf(deployment) === revision) return
  // The controller writes it through the status endpoint, which takes annotations of Deployments.
  await merge(
    cluster,
    deploymentStorage,
    key,
    { metadata: { annotations: { [revisionAnnotation]: String(revision) } } },
    'status',
  )
}

function revisionOf({ metadata }: JsonMap): number {
  return Number(mapOf(mapOf(metadata).annotations)[revisionAnnotation] ?? 0)
}

function nextRevision(sets: readonly JsonMap[]): number {
  return Math.max(0, ...sets.map(revisionOf)) + 1
}

async function roll(cluster: Cluster, deployment: JsonMap, current: JsonMap | undefined): Promise<void> {
  const spec = mapOf(deployment.spec)
  const sets = ownedBy(cluster, replicaSetStorage, deployment)
  const old = sets.filter((set) => current === undefined || keyOfObject(set) !== keyOfObject(current))
  const fresh = sets.find((set) => !old.includes(set))
  const rolling = rollingOf(spec)
  if (spec.paused === true) {
    // A rollout that is paused is scaled all the same, as far as one ReplicaSet has all pods.
    const active = sets.filter((set) => replicasOf(set).wanted > 0)
    const [only = fresh] = active
    if (active.length < 2 && only !== undefined) await resize(cluster, deployment, only, rolling.replicas)
    return
  }
  if (fresh === undefined) return
  if (isRecreate(spec)) {
    for (const set of old) await resize(cluster, deployment, set, 0)
    if (old.some((set) => numberOr(mapOf(set.status).replicas, 0) > 0)) return
    await resize(cluster, deployment, fresh, rolling.replicas)
  } else {
    const grown = newReplicas(replicasOf(fresh), old.map(replicasOf), rolling)
    await resize(cluster, deployment, fresh, grown)
    const left = oldReplicas({ ...replicasOf(fresh), wanted: grown }, old.map(replicasOf), rolling)
    for (const [i, set] of old.entries()) await resize(cluster, deployment, set, left[i] ?? 0)
  }
  await forget(cluster, spec, old)
}

/** Deletes ReplicaSets that nobody will go back to. */
async function forget(cluster: Cluster, spec: JsonMap, old: readonly JsonMap[]): Promise<void> {
  const kept = numberOr(spec.revisionHistoryLimit, 10)
  const idle = old.filter(
    (set) => replicasOf(set).wanted === 0 && numberOr(mapOf(set.status).replicas, 0) === 0,
  )
  const oldestFirst = [...idle].sort((a, b) => revisionOf(a) - revisionOf(b))
  for (const set of oldestFirst.slice(0, Math.max(0, idle.length - kept))) {
    await removeAs(cluster, replicaSetStorage, keyOfObject(set))
  }
}

async function resize(cluster: Cluster, deployment: JsonMap, set: JsonMap, replicas: number): Promise<void> {
  const { wanted } = replicasOf(set)
  if (wanted === replicas) return
  const metadata = { annotations: sizeAnnotations(deployment) }
  await merge(cluster, replicaSetStorage, keyOfObject(set), { metadata, spec: { replicas } })
  tellScaling(cluster, deployment, textOf(mapOf(set.metadata).name), wanted, replicas)
}

function isRecreate({ strategy }: JsonMap): boolean {
  return mapOf(strategy).type === 'Recreate'
}

function replicasOf({ spec, status }: JsonMap): Replicas {
  return {
    wanted: numberOr(mapOf(spec).replicas, 1),
    available: numberOr(mapOf(status).availableReplicas, 0),
  }
}
