import type { Case } from '../case.ts'
import { configMap, deployment, gadgets, service, templateWith } from '../manifests.ts'
import type { Stage } from '../stage.ts'

const deployments = (on: Stage): string => on.at('apps/v1', 'deployments')
const web = (on: Stage): string => `${deployments(on)}/web`
const services = (on: Stage): string => on.at('v1', 'services')
const configMaps = (on: Stage): string => on.at('v1', 'configmaps')

const inContainers = (...containers: readonly unknown[]): unknown => ({
  spec: { template: { spec: { containers } } },
})

/** The ways to change a part: cases 26 to 32 of the simulator's list. */
export const patchCases: readonly Case[] = [
  {
    title: '26: a strategic patch finds containers by name, and follows its directives',
    async play(on) {
      await on.create(deployments(on), deployment())
      const patch = (body: unknown) => on.patch('strategic', web(on), body)
      await patch(inContainers({ name: 'web', image: 'example.dev/web:2' }))
      await patch(inContainers({ name: 'third', image: 'example.dev/third' }))
      await patch(inContainers({ name: 'third', $patch: 'delete' }))
      await patch(inContainers({ $patch: 'replace' }, { name: 'only', image: 'x' }))
      await patch({ spec: { template: { metadata: { labels: { $patch: 'replace', app: 'web', b: 'c' } } } } })
      await patch({ spec: { strategy: { $patch: 'delete' } } })
      await patch({ $patch: 'unknown' })
      await patch(inContainers({ image: 'nameless' }))
    },
  },
  {
    title: '27: order, kept keys and deleted values of a strategic patch',
    async play(on) {
      await on.create(deployments(on), deployment({}, { finalizers: ['example.dev/a', 'example.dev/b'] }))
      const patch = (body: unknown) => on.patch('strategic', web(on), body)
      await patch({
        spec: {
          template: {
            spec: {
              '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }],
              containers: [{ name: 'side', image: 'example.dev/side:2' }],
            },
          },
        },
      })
      await patch({ metadata: { '$deleteFromPrimitiveList/finalizers': ['example.dev/a'] } })
      await patch({
        metadata: {
          finalizers: ['example.dev/c'],
          '$setElementOrder/finalizers': ['example.dev/c', 'example.dev/b'],
        },
      })
      await patch({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })
      await patch({ spec: { strategy: { $retainKeys: ['type'], rollingUpdate: { maxSurge: 1 } } } })
      await patch({ metadata: { annotations: { a: 'b' } } })
      await patch({ metadata: { annotations: { a: null } } })
    },
  },
  {
    title: '28: a strategic patch tells ports of a Service by number alone',
    async play(on) {
      const ports = [{ name: 'dns', port: 53, protocol: 'TCP' }]
      await on.create(services(on), service({ ports }))
      await on.patch('strategic', `${services(on)}/web`, {
        spec: { ports: [{ name: 'udp', port: 53, protocol: 'UDP' }] },
      })
      await on.patch('strategic', `${services(on)}/web`, { spec: { ports: [{ name: 'more', port: 54 }] } })
    },
  },
  {
    title: '29: a merge patch deletes by null and replaces lists',
    async play(on) {
      await on.create(deployments(on), deployment({}, { labels: { a: 'b', c: 'd' } }))
      await on.patch('merge', web(on), { metadata: { labels: { a: null } } })
      await on.patch('merge', web(on), { metadata: { labels: null } })
      await on.patch('merge', web(on), { spec: { template: templateWith({ image: 'example.dev/web:3' }) } })
      await on.patch('merge', web(on), { spec: { replicas: null } })
      await on.patch('merge', web(on), { spec: null })
      await on.patch('merge', web(on), '[]')
      await on.patch('merge', web(on), '{')
    },
  },
  {
    title: '30: a JSON patch tests, and a replaced revision is a conflict',
    async play(on) {
      await on.create(deployments(on), deployment())
      const patch = (...body: readonly unknown[]) => on.patch('json', web(on), body)
      await patch(
        { op: 'test', path: '/spec/replicas', value: 3 },
        { op: 'replace', path: '/spec/replicas', value: 4 },
      )
      await patch(
        { op: 'test', path: '/spec/replicas', value: 3 },
        { op: 'replace', path: '/spec/replicas', value: 5 },
      )
      await patch({ op: 'replace', path: '/metadata/resourceVersion', value: '1' })
      await patch({ op: 'add', path: '/metadata/labels', value: { a: 'b' } })
      await patch({ op: 'remove', path: '/metadata/labels/nothing' })
      await patch({ op: 'add', path: '/spec/replicas', value: 'many' })
      await patch({ op: 'replace', path: '/metadata/name', value: 'other' })
      await patch({ op: 'replace', path: '/kind', value: 'Other' })
      await on.patch('json', web(on), '{}')
      await on.patch('json', web(on), [{ op: 'move' }])
    },
  },
  {
    title: '31: custom resources know no strategic patch',
    async play(on) {
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      await on.define(gadgets(group), all)
      await on.create(all, {
        apiVersion: `${group}/v1`,
        kind: 'Gadget',
        metadata: { name: 'one' },
        spec: { text: 'a' },
      })
      await on.patch('strategic', `${all}/one`, { spec: { text: 'b' } })
      await on.patch('merge', `${all}/one`, { spec: { text: 'b', unknown: 1 } })
      await on.patch('json', `${all}/one`, [{ op: 'add', path: '/spec/replicas', value: 20 }])
      await on.patch('merge', `${all}/one`, { spec: { replicas: 'x' } })
      await on.patch('merge', `${all}/one`, { spec: { text: 'longer than ten' } })
      await on.patch('merge', `${all}/one`, { spec: { parts: [{ name: 'a' }, { name: 'a' }] } })
      await on.send('a media type that is none', {
        method: 'PATCH',
        path: web(on),
        contentType: 'text/plain',
        body: '{}',
      })
    },
  },
  {
    title: '32: only an apply makes what is missing',
    async play(on) {
      await on.patch('merge', `${configMaps(on)}/settings`, { data: { a: '1' } })
      await on.patch('strategic', `${configMaps(on)}/settings`, { data: { a: '1' } })
      await on.patch('json', `${configMaps(on)}/settings`, [])
      await on.apply('m', `${configMaps(on)}/settings`, configMap())
      await on.patch('apply', `${configMaps(on)}/settings`, configMap())
      await on.patch('merge', `${configMaps(on)}/settings`, { data: { a: '2' } }, { force: 'true' })
      await on.apply(
        'm',
        `${configMaps(on)}/new`,
        configMap({}, { name: 'new', uid: '2a3b4c5d-1111-4222-8333-444455556666' }),
      )
      await on.apply('m', `${configMaps(on)}/new`, configMap({}, { name: 'new', resourceVersion: '1' }))
      await on.apply('m', `${configMaps(on)}/settings`, configMap({}, { managedFields: [] }))
      await on.apply('m', `${configMaps(on)}/settings`, configMap({}, { managedFields: [{ manager: 'x' }] }))
      await on.apply('m'.repeat(200), `${configMaps(on)}/settings`, configMap())
      await on.apply('m', `${configMaps(on)}/settings`, 'a: [')
      await on.apply('m', `${configMaps(on)}/settings`, '[]')
    },
  },
]
