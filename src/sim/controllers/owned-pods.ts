import { createHash } from 'node:crypto'
import {
  canonicalJson,
  isList,
  isMap,
  type Json,
  type JsonMap,
  mapOf,
  textOf,
} from '../../core/object/index.ts'
import { randomLetters, seededRandom } from '../clusters/random.ts'
import type { Cluster } from '../clusters/cluster.ts'
import type { StoredObject } from '../store/index.ts'
import { Refusal } from '../verbs/refusal.ts'
import { create, keyOfObject, metadataOf, objectAt, removeAs } from './acting.ts'
import { tellEvent, type Told } from './events.ts'

/** The objects of a resource that one controller object owns. */
export function ownedBy(cluster: Cluster, storage: string, owner: JsonMap): readonly JsonMap[] {
  return cluster.dependents
    .of(textOf(mapOf(owner.metadata).uid), storage)
    .map(({ key }) => objectAt(cluster, storage, key))
    .filter((object) => object !== undefined)
}

/** The key of the controller object that owns an object. */
export function ownerKey(object: StoredObject | undefined, kind: string): readonly string[] {
  if (object === undefined) return []
  const { namespace, ownerReferences } = metadataOf(object)
  const owner = isList(ownerReferences)
    ? ownerReferences.find((one) => isMap(one) && one.controller === true && one.kind === kind)
    : undefined
  return isMap(owner) ? [`${textOf(namespace)}/${textOf(owner.name)}`] : []
}

/** What an object says about who controls it. */
export function controlledBy(owner: JsonMap): JsonMap {
  const { name, uid } = mapOf(owner.metadata)
  return {
    apiVersion: owner.apiVersion ?? '',
    kind: owner.kind ?? '',
    name: name ?? '',
    uid: uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** A text that is equal for equal templates, of letters that a name may have. */
export function templateHash(template: Json | undefined): string {
  return randomLetters(seededRandom(canonicalJson(template ?? null)), 10)
}

/** A short hash of any text, for choices that must always be the same. */
export function chosen(text: string, among: number): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0) % Math.max(1, among)
}

/**
 * Creates a pod from the template of its owner. The name is always the same for the same owner and number, so that the
 * clusters of a fleet have the same pods and what is computed for one holds for all.
 */
export async function createPod(
  cluster: Cluster,
  owner: JsonMap,
  name: string,
  more: { readonly labels?: JsonMap; readonly spec?: JsonMap } = {},
): Promise<void> {
  const template = mapOf(mapOf(owner.spec).template)
  const metadata = mapOf(template.metadata)
  const { annotations } = metadata
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${textOf(mapOf(owner.metadata).name)}-`,
      namespace: mapOf(owner.metadata).namespace ?? '',
      labels: { ...mapOf(metadata.labels), ...more.labels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: { ...mapOf(template.spec), ...more.spec },
  }
  try {
    await create(cluster, 'pods', pod)
  } catch (error) {
    if (error instanceof Refusal)
      tell(cluster, owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`)
    throw error
  }
  tell(cluster, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`)
}

/** Deletes a pod of an owner that has too many. */
export async function removePod(cluster: Cluster, owner: JsonMap, pod: JsonMap): Promise<void> {
  const key = keyOfObject(pod)
  await removeAs(cluster, 'pods', key)
  tell(cluster, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${key.slice(key.indexOf('/') + 1)}`)
}

/** The controllers that tell of each pod. */
const tellers: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicaset-controller',
  DaemonSet: 'daemonset-controller',
  Job: 'job-controller',
}

function tell(cluster: Cluster, owner: JsonMap, type: Told['type'], reason: string, message: string): void {
  const component = tellers[textOf(owner.kind)]
  if (component !== undefined) tellEvent(cluster, owner, { component, type, reason, message })
}

/** A name for one more object of an owner: the first that no other has, always the same for the same owner. */
export function freeName(owner: string, taken: ReadonlySet<string>): string {
  const random = seededRandom(owner)
  for (;;) {
    const name = `${owner}-${randomLetters(random, 5)}`
    if (!taken.has(name)) return name
  }
}

/** True for a pod that counts: neither ended nor going away. */
export function isActive({ metadata, status }: JsonMap): boolean {
  const { phase } = mapOf(status)
  return phase !== 'Succeeded' && phase !== 'Failed' && mapOf(metadata).deletionTimestamp === undefined
}

export function isReady({ status }: JsonMap): boolean {
  const { conditions } = mapOf(status)
  return (
    isList(conditions) &&
    conditions.some((one) => isMap(one) && one.type === 'Ready' && one.status === 'True')
  )
}

export function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
