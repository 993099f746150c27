import { type JsonMap, mapOf, mapsOf, textOf, textsOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import {
  byVersion,
  type Established,
  type ServedResource,
  type ServedSubresource,
  storageOf,
} from '../discovery/index.ts'
import { keyOfObject, merge, metadataOf, objectAt, removeAs } from './acting.ts'
import { type Controller, itself } from './controller.ts'

const storage = 'customresourcedefinitions.apiextensions.k8s.io'
const cleanup = 'customresourcecleanup.apiextensions.k8s.io'
const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const ofSubresource = ['get', 'patch', 'update']

/**
 * Establishes a definition before the client hears that it is stored: clients take for granted that it is there soon.
 */
export async function establishStored(cluster: Cluster, of: string, key: string): Promise<void> {
  if (of !== storage) return
  const definition = objectAt(cluster, storage, key)
  if (definition === undefined || mapOf(definition.metadata).deletionTimestamp !== undefined) return
  await establish(cluster, key, definition)
}

/**
 * Makes what definitions define available, and takes it away again: a definition that is deleted stays until its custom
 * resources are gone.
 */
export const definitions: Controller = {
  watches: {
    [storage]: itself,
    // The last custom resource of a definition that waits for it.
    '*': ({ resource, object }, { catalogue, store }) => {
      if (object !== undefined) return []
      const definition = catalogue.byStorage(resource)?.custom?.definition
      const waiting = definition === undefined ? undefined : store.get(storage, definition)
      return waiting !== undefined && metadataOf(waiting).deletionTimestamp !== undefined
        ? [definition ?? '']
        : []
    },
  },
  async reconcile(cluster, key) {
    const definition = objectAt(cluster, storage, key)
    if (definition === undefined) cluster.catalogue.retire(key)
    else if (mapOf(definition.metadata).deletionTimestamp === undefined)
      await establish(cluster, key, definition)
    else await empty(cluster, key, definition)
    return undefined
  },
}

async function establish(cluster: Cluster, key: string, definition: JsonMap): Promise<void> {
  const spec = mapOf(definition.spec)
  const defined = await cluster.handling.define(definition)
  if ('status' in defined) return
  cluster.catalogue.establish(establishedBy(key, spec, defined.digest, defined.documents))
  const status = mapOf(definition.status)
  if (
    conditionIs(status, 'Established') &&
    JSON.stringify(status.acceptedNames) === JSON.stringify(spec.names)
  )
    return
  const condition = (type: string, reason: string, message: string): JsonMap => ({
    type,
    status: 'True',
    lastTransitionTime: cluster.now(),
    reason,
    message,
  })
  const stored = mapsOf(spec.versions).find(({ storage: isStored }) => isStored === true)
  if (cluster.store.get(storage, key) === undefined) return
  await merge(
    cluster,
    storage,
    key,
    {
      status: {
        acceptedNames: spec.names ?? {},
        conditions: [
          condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
          condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
        ],
        ...(status.storedVersions === undefined ? { storedVersions: [stored?.name ?? ''] } : {}),
      },
    },
    'status',
    'kube-apiserver',
  )
}

/**
 * Deletes the custom resources, and lets the definition go when there are none. Source: apiextensions-apiserver,
 * pkg/controller/finalizer/crd_finalizer.go.
 */
async function empty(cluster: Cluster, key: string, definition: JsonMap): Promise<void> {
  const spec = mapOf(definition.spec)
  const conditions = mapsOf(mapOf(definition.status).conditions)
  const former = conditions.find(({ type }) => type === 'Terminating')
  const tell = (verdict: string, reason: string, message: string, metadata: JsonMap = {}): Promise<void> => {
    const since = former?.status === verdict ? former.lastTransitionTime : undefined
    const lastTransitionTime = since ?? cluster.now()
    const terminating = { type: 'Terminating', status: verdict, lastTransitionTime, reason, message }
    const told = conditions.map((one) => (one === former ? terminating : one))
    const all = former === undefined ? [...told, terminating] : told
    return merge(cluster, storage, key, { metadata, status: { conditions: all } }, 'status', 'kube-apiserver')
  }
  if (former?.reason !== 'InstanceDeletionInProgress')
    await tell('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress')
  const custom = storageOf(textOf(spec.group), textOf(mapOf(spec.names).plural))
  for (const { shape } of cluster.store.page(custom).objects) {
    if (mapOf(shape.metadata).deletionTimestamp === undefined)
      await removeAs(cluster, custom, keyOfObject(shape))
  }
  if (cluster.store.count(custom) > 0) return
  const finalizers = textsOf(mapOf(definition.metadata).finalizers).filter((one) => one !== cleanup)
  await tell('False', 'InstanceDeletionCompleted', 'removed all instances', { finalizers })
}

function establishedBy(
  name: string,
  spec: JsonMap,
  digest: string,
  documents: Established['documents'],
): Established {
  const group = textOf(spec.group)
  const names = mapOf(spec.names)
  const kind = textOf(names.kind)
  const plural = textOf(names.plural)
  const served = mapsOf(spec.versions).filter((version) => version.served === true)
  const resources = served.map((version): ServedResource => {
    const subresources = mapOf(version.subresources)
    const own = { group, version: textOf(version.name), kind, verbs: ofSubresource }
    const all: ServedSubresource[] = []
    if (subresources.status !== undefined) all.push({ name: 'status', ...own })
    if (subresources.scale !== undefined) {
      all.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ofSubresource })
    }
    return {
      group,
      version: textOf(version.name),
      plural,
      kind,
      singular: textOf(names.singular) || kind.toLowerCase(),
      namespaced: spec.scope === 'Namespaced',
      verbs,
      shortNames: textsOf(names.shortNames),
      categories: textsOf(names.categories),
      subresources: all,
      storage: storageOf(group, plural),
      custom: {
        digest,
        definition: name,
        listKind: textOf(names.listKind) || `${kind}List`,
        selectableFields: mapsOf(version.selectableFields).map(({ jsonPath }) =>
          textOf(jsonPath).replace(/^\./, ''),
        ),
      },
    }
  })
  return { name, group, resources: [...resources].sort((a, b) => byVersion(a.version, b.version)), documents }
}

function conditionIs(status: JsonMap, type: string): boolean {
  return mapsOf(status.conditions).some((one) => one.type === type && one.status === 'True')
}
