import type { Case } from '../case.ts'
import { claim, configMap, deployment, gadgets, pod, service } from '../manifests.ts'
import type { Stage } from '../stage.ts'

const configMaps = (on: Stage): string => on.at('v1', 'configmaps')
const settings = (on: Stage): string => `${configMaps(on)}/settings`
const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')
const stranger = '2a3b4c5d-1111-4222-8333-444455556666'

/** What deletion answers, and what it waits for: of case 59 of the simulator's list what needs no controller. */
export const deletionCases: readonly Case[] = [
  {
    title: '59: what a deletion answers depends on the kind',
    async play(on) {
      await on.create(configMaps(on), configMap())
      await on.delete(settings(on))
      await on.get(settings(on))
      await on.create(on.at('v1', 'pods'), pod)
      await on.delete(on.at('v1', 'pods/web'))
      await on.create(on.at('v1', 'services'), service())
      await on.delete(on.at('v1', 'services/web'))
      await on.create(on.at('v1', 'serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'web' },
      })
      await on.delete(on.at('v1', 'serviceaccounts/web'))
      await on.create(on.at('v1', 'persistentvolumeclaims'), claim)
      await on.delete(on.at('v1', 'persistentvolumeclaims/web'))
      await on.get(on.at('v1', 'persistentvolumeclaims/web'))
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      await on.define(gadgets(group), all)
      await on.create(all, { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'one' }, spec: {} })
      await on.delete(`${all}/one`)
    },
  },
  {
    title: '59: finalizers hold an object, which nobody may revive',
    async play(on) {
      await on.create(configMaps(on), configMap({}, { finalizers: ['example.dev/a', 'example.dev/b'] }))
      await on.delete(settings(on))
      await on.delete(settings(on))
      await on.patch('merge', settings(on), { data: { b: '2' } })
      await on.patch('merge', settings(on), { metadata: { finalizers: ['example.dev/a', 'example.dev/c'] } })
      await on.patch('merge', settings(on), { metadata: { deletionTimestamp: null } })
      await on.create(configMaps(on), configMap())
      await on.patch('merge', settings(on), { metadata: { finalizers: ['example.dev/a'] } })
      await on.patch('merge', settings(on), { metadata: { finalizers: [] } })
      await on.get(settings(on))
      await on.create(configMaps(on), configMap())
    },
  },
  ...(['Background', 'Foreground', 'Orphan', 'Sideways'] as const).map(
    (propagationPolicy): Case => ({
      title: `59: deletion with propagation policy ${propagationPolicy}`,
      async play(on) {
        await on.create(on.at('apps/v1', 'deployments'), deployment())
        await on.delete(web(on), { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy })
        await on.get(web(on))
        await on.delete(web(on), { propagationPolicy })
        await on.delete(`${web(on)}?propagationPolicy=${propagationPolicy}`)
      },
    }),
  ),
  {
    title: '59: preconditions of a deletion',
    async play(on) {
      const made = await on.create(configMaps(on), configMap())
      await on.delete(settings(on), { preconditions: { uid: stranger } })
      await on.delete(settings(on), { preconditions: { resourceVersion: '1' } })
      await on.delete(settings(on), { orphanDependents: true, propagationPolicy: 'Orphan' })
      await on.delete(settings(on), { gracePeriodSeconds: -1 })
      await on.delete(settings(on), { unknown: 1 })
      await on.delete(settings(on), '{')
      const metadata = made.metadata as { readonly uid: string; readonly resourceVersion: string }
      const { uid, resourceVersion } = metadata
      await on.delete(settings(on), { preconditions: { uid, resourceVersion } })
    },
  },
  {
    title: '59: deletion of a collection',
    async play(on) {
      await on.create(configMaps(on), configMap({}, { name: 'one', labels: { a: 'b' } }))
      await on.create(
        configMaps(on),
        configMap({}, { name: 'two', labels: { a: 'b' }, finalizers: ['example.dev/a'] }),
      )
      await on.create(configMaps(on), configMap({}, { name: 'three' }))
      await on.delete(`${configMaps(on)}?labelSelector=a%3Db`)
      await on.get(`${configMaps(on)}/one`)
      await on.get(`${configMaps(on)}/two`)
      await on.get(`${configMaps(on)}/three`)
    },
  },
  {
    title: '59: a namespace that is deleted takes nothing new',
    async play(on) {
      await on.create(configMaps(on), configMap())
      const namespace = `/api/v1/namespaces/${on.namespace}`
      await on.delete(namespace)
      await on.get(namespace)
      await on.create(configMaps(on), configMap({}, { name: 'late' }))
      await on.patch('merge', settings(on), { data: { b: '2' } })
      await on.apply('m', `${configMaps(on)}/later`, configMap({}, { name: 'later' }))
      await on.create(`${namespace}-none/configmaps`, configMap())
      await on.apply('m', `${namespace}-none/configmaps/settings`, configMap())
      await on.update(`${namespace}/finalize`, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: on.namespace },
        spec: { finalizers: [] },
      })
      await on.get(namespace)
    },
  },
]
