import {
  canonicalJson,
  type JsonMap,
  mapOf,
  mapsOf,
  textOf,
  textsOf,
} from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap, gadgets, secret } from '../manifests.ts'
import type { Stage } from '../stage.ts'
import { get, grow, itemsIn, statusIn } from './grown.ts'

const deployments = (on: Stage): string => on.at('apps/v1', 'deployments')
const replicaSets = (on: Stage): string => on.at('apps/v1', 'replicasets')
const pods = (on: Stage): string => on.at('v1', 'pods')
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const merge = 'application/merge-patch+json'

/** A collection as it was when a play began. */
interface Beginning {
  readonly path: string
  readonly revision: string
  readonly objects: readonly JsonMap[]
}

async function beginning(on: Stage, ...paths: readonly string[]): Promise<readonly Beginning[]> {
  return Promise.all(
    paths.map(async (path) => {
      const answer = await on.quiet(get(path))
      const revision = textOf(mapOf(mapOf(answer.body).metadata).resourceVersion)
      return { path, revision, objects: itemsIn(answer) }
    }),
  )
}

/** An object as far as deletion changes it. */
function seen(path: string, { metadata }: JsonMap): JsonMap {
  const { labels, deletionTimestamp, finalizers, ownerReferences } = mapOf(metadata)
  return {
    of: path.slice(path.lastIndexOf('/') + 1),
    app: mapOf(labels).app ?? null,
    isGoing: deletionTimestamp !== undefined,
    finalizers: textsOf(finalizers),
    owners: mapsOf(ownerReferences).map(({ kind }) => textOf(kind)),
  }
}

/** What happened to each app's objects since, in one order; what changes nothing of a deletion is left out. */
async function noteStory(on: Stage, begun: readonly Beginning[]): Promise<void> {
  const states = new Map<string, string>()
  const told: (readonly [revision: number, uid: string, line: JsonMap, type: string])[] = []
  for (const { path, revision, objects } of begun) {
    for (const object of objects)
      states.set(textOf(mapOf(object.metadata).uid), canonicalJson(['MODIFIED', seen(path, object)]))
    for (const { type, object } of await on.history(path, revision)) {
      const metadata = mapOf(mapOf(object).metadata)
      const line = seen(path, mapOf(object))
      told.push([Number(metadata.resourceVersion), textOf(metadata.uid), line, textOf(type)])
    }
  }
  const stories = new Map<string, JsonMap[]>()
  for (const [, uid, line, type] of told.toSorted(([one], [other]) => one - other)) {
    const state = canonicalJson([type, line])
    if (states.get(uid) === state) continue
    states.set(uid, state)
    const app = textOf(line.app)
    stories.set(app, [...(stories.get(app) ?? []), { type, ...line }])
  }
  for (const app of [...stories.keys()].toSorted())
    on.note(`the story of ${app}`, inOrder(stories.get(app) ?? []))
}

/** Pods go side by side, and who is first is by chance. */
function inOrder(story: readonly JsonMap[]): readonly JsonMap[] {
  const rank = (line: JsonMap): string => (line.of === 'pods' ? canonicalJson(line) : '')
  const first = story.findIndex(({ of }) => of === 'pods')
  const last = story.findLastIndex(({ of }) => of === 'pods')
  const ofPods = story.slice(first, last + 1)
  if (first < 0 || ofPods.some(({ of }) => of !== 'pods')) return story
  const sorted = ofPods.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))
  return [...story.slice(0, first), ...sorted, ...story.slice(last + 1)]
}

async function empty(on: Stage, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await on.until(get(path), (answer) => itemsIn(answer).length === 0)
}

/** Deletions that controllers carry on: the rest of case 59 of the simulator's list. */
export const treeCases: readonly Case[] = [
  ...(['Background', 'Foreground'] as const).map(
    (propagationPolicy): Case => ({
      title: `59: a Deployment that is deleted, ${propagationPolicy}`,
      async play(on) {
        await grow(on)
        const begun = await beginning(on, deployments(on), replicaSets(on), pods(on))
        await on.delete(on.at('apps/v1', 'deployments/web'), { propagationPolicy })
        await empty(on, deployments(on), replicaSets(on), pods(on))
        await noteStory(on, begun)
      },
    }),
  ),
  {
    title: '59: a Deployment that leaves orphans',
    async play(on) {
      await grow(on)
      const begun = await beginning(on, deployments(on), replicaSets(on), pods(on))
      await on.delete(on.at('apps/v1', 'deployments/web'), { propagationPolicy: 'Orphan' })
      await empty(on, deployments(on))
      await noteStory(on, begun)
      const [orphan = {}] = itemsIn(await on.quiet(get(replicaSets(on))))
      on.note('the orphan', orphan)
      const { name } = mapOf(orphan.metadata)
      const path = `${replicaSets(on)}/${textOf(name)}`
      const again = await beginning(on, replicaSets(on), pods(on))
      const body = JSON.stringify({ propagationPolicy: 'Foreground' })
      await on.quiet({ method: 'DELETE', path, contentType: 'application/json', body })
      await empty(on, replicaSets(on), pods(on))
      await noteStory(on, again)
    },
  },
  {
    title: '59: Deployments that are deleted together',
    async play(on) {
      await grow(on, 'one', { tier: 'back' })
      await grow(on, 'two', { tier: 'back' })
      await grow(on, 'three', { tier: 'front' })
      const begun = await beginning(on, deployments(on), replicaSets(on), pods(on))
      const body = JSON.stringify({ propagationPolicy: 'Foreground' })
      const path = `${deployments(on)}?labelSelector=tier%3Dback`
      const { status } = await on.quiet({ method: 'DELETE', path, contentType: 'application/json', body })
      on.note('deleted', status)
      for (const all of [deployments(on), replicaSets(on), pods(on)])
        await on.until(get(`${all}?labelSelector=tier%3Dback`), (answer) => itemsIn(answer).length === 0)
      await noteStory(on, begun)
    },
  },
  {
    title: '59: a dependent that is held, and one whose owner never was',
    async play(on) {
      const owner = await on.create(on.at('v1', 'configmaps'), configMap())
      const reference = (uid: unknown, blockOwnerDeletion: boolean): JsonMap => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'settings',
        uid: textOf(uid as string),
        blockOwnerDeletion,
      })
      const { uid } = mapOf(owner.metadata)
      const dependent = (name: string, metadata: JsonMap): JsonMap => ({
        ...secret({}),
        metadata: { name, labels: { app: name }, ...metadata },
      })
      const secrets = on.at('v1', 'secrets')
      const held = { ownerReferences: [reference(uid, true)], finalizers: ['example.dev/hold'] }
      await on.create(secrets, dependent('held', held))
      await on.create(secrets, dependent('loose', { ownerReferences: [reference(uid, false)] }))
      const begun = await beginning(on, on.at('v1', 'configmaps'), secrets)
      await on.delete(on.at('v1', 'configmaps/settings'), { propagationPolicy: 'Foreground' })
      await on.until(get(secrets), (answer) => itemsIn(answer).length === 1)
      await on.get(on.at('v1', 'configmaps/settings'))
      await on.patch('merge', `${secrets}/held`, { metadata: { finalizers: null } })
      await empty(on, secrets, on.at('v1', 'configmaps'))
      await noteStory(on, begun)
      const stranger = reference('2a3b4c5d-1111-4222-8333-444455556666', false)
      await on.create(secrets, dependent('stray', { ownerReferences: [stranger] }))
      await empty(on, secrets)
    },
  },
  {
    title: '59: a namespace that is stuck',
    async play(on) {
      const namespace = `/api/v1/namespaces/${on.namespace}`
      const configMaps = on.at('v1', 'configmaps')
      const finalizers = ['example.dev/hold', 'example.dev/keep']
      await on.create(configMaps, configMap({}, { finalizers }))
      await on.create(configMaps, configMap({}, { name: 'other', finalizers: ['example.dev/hold'] }))
      await on.create(on.at('v1', 'secrets'), secret({}))
      await on.delete(namespace)
      await on.until(get(namespace), (answer) =>
        mapsOf(statusIn(answer).conditions).some(({ message }) =>
          textOf(message).includes('configmaps. has 2'),
        ),
      )
      await empty(on, on.at('v1', 'secrets'))
      await on.get(namespace)
      await on.get(configMaps)
      await on.patch('merge', `${configMaps}/settings`, { metadata: { finalizers: [] } })
      await on.patch('merge', `${configMaps}/other`, { metadata: { finalizers: [] } })
      await on.until(get(namespace), ({ status }) => status === 404)
      await on.get(namespace)
      await on.get(configMaps)
    },
  },
  {
    title: '59: a namespace with a tree in it',
    async play(on) {
      await grow(on)
      const begun = await beginning(on, deployments(on), replicaSets(on), pods(on))
      await on.delete(`/api/v1/namespaces/${on.namespace}`)
      await empty(on, deployments(on), replicaSets(on), pods(on))
      await on.until(get(`/api/v1/namespaces/${on.namespace}`), ({ status }) => status === 404)
      const gone = new Set<string>()
      for (const { path, revision } of begun)
        for (const { type } of await on.history(path, revision)) if (type === 'DELETED') gone.add(path)
      on.note('gone', [...gone])
    },
  },
  {
    title: '59: a definition whose custom resources are held',
    async play(on) {
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      const definition = `${definitions}/gadgets.${group}`
      await on.define(gadgets(group), all)
      const gadget = (name: string, metadata: JsonMap = {}): JsonMap => ({
        apiVersion: `${group}/v1`,
        kind: 'Gadget',
        metadata: { name, ...metadata },
        spec: {},
      })
      await on.create(all, gadget('held', { finalizers: ['example.dev/hold'] }))
      await on.create(all, gadget('loose'))
      await on.delete(definition)
      await on.until(get(all), (answer) => itemsIn(answer).length === 1)
      await on.until(get(`${definition}`), (answer) =>
        mapsOf(statusIn(answer).conditions).some(({ type }) => type === 'Terminating'),
      )
      await on.get(definition)
      await on.get(`${all}/held`)
      await on.create(all, gadget('late'))
      await on.apply('m', `${all}/late`, gadget('late'))
      await on.patch('merge', `${all}/held`, { spec: { text: 'a' } })
      await on.quiet({
        method: 'PATCH',
        path: `${all}/held`,
        contentType: merge,
        body: JSON.stringify({ metadata: { finalizers: null } }),
      })
      await on.until(get(definition), ({ status }) => status === 404)
      await on.get(definition)
      await on.until(get(all), ({ status }) => status === 404)
      await on.get(all)
    },
  },
]
