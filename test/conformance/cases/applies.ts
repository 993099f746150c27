import { type Json, type JsonMap, mapOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, secret, service, templateWith } from '../manifests.ts'
import type { Stage } from '../stage.ts'
import { noteTime, sparse } from './note-time.ts'

const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')
const deployments = (on: Stage): string => on.at('apps/v1', 'deployments')
const settings = (on: Stage): string => on.at('v1', 'configmaps/settings')
const configMaps = (on: Stage): string => on.at('v1', 'configmaps')
const forced = { force: 'true' }

/** Server-side apply and the owners of fields: cases 33 to 47 of the simulator's list. */
export const applyCases: readonly Case[] = [
  {
    title: '33: an apply that creates owns what it says, and nobody owns the defaults',
    async play(on) {
      await on.apply('m', web(on), deployment())
      await on.apply('m', on.at('v1', 'services/web'), service())
      await on.apply('m', settings(on), configMap({ a: '1', b: '' }, { labels: { a: 'b' } }))
    },
  },
  {
    title: '34: the same apply again changes nothing, not even a time',
    async play(on) {
      const made = await on.apply('m', web(on), deployment())
      await on.tick()
      const again = await on.apply('m', web(on), deployment())
      noteTime(on, 'm', made, again)
    },
  },
  {
    title: '35: two that apply the same own it together',
    async play(on) {
      await on.apply('one', web(on), deployment())
      await on.tick()
      await on.apply('two', web(on), deployment())
      await on.apply('two', web(on), deployment({ replicas: 4 }))
      await on.apply('two', web(on), deployment({ replicas: 4 }), forced)
    },
  },
  {
    title: '36: conflicts name managers and fields',
    async play(on) {
      await on.apply('one', web(on), deployment())
      await on.apply('two', web(on), sparse({ replicas: 5 }))
      await on.patch('strategic', web(on), { spec: { replicas: 6 } }, { fieldManager: 'editor' })
      await on.apply('one', web(on), deployment())
      await on.apply(
        'two',
        web(on),
        deployment({ replicas: 7, template: templateWith({ image: 'example.dev/web:2' }) }),
      )
      await on.patch('merge', `${web(on)}/scale`, { spec: { replicas: 8 } }, { fieldManager: 'scaler' })
      await on.apply('one', web(on), deployment())
      await on.patch(
        'merge',
        `${web(on)}/status`,
        { status: { replicas: 1 } },
        { fieldManager: 'controller' },
      )
      await on.apply('one', `${web(on)}/status`, { ...sparse({}), status: { replicas: 2 } })
    },
  },
  {
    title: '37: force takes fields over, and an entry without fields goes',
    async play(on) {
      await on.apply('one', settings(on), configMap())
      await on.apply('two', settings(on), configMap({ a: '2' }))
      await on.apply('two', settings(on), configMap({ a: '2' }), forced)
      await on.apply('one', settings(on), configMap({ a: '3', b: '1' }), forced)
    },
  },
  {
    title: '38: a field that is no longer said goes, unless somebody else owns it',
    async play(on) {
      await on.apply('one', settings(on), configMap({ a: '1', b: '2', c: '3' }))
      await on.apply('two', settings(on), configMap({ b: '2' }))
      await on.patch('merge', settings(on), { data: { c: '4' } }, { fieldManager: 'editor' })
      await on.apply('one', settings(on), configMap({ a: '1' }))
      await on.apply('one', settings(on), configMap({}))
      await on.apply('two', settings(on), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
      })
    },
  },
  {
    title: '39: a field with a default goes back to it',
    async play(on) {
      await on.apply('m', web(on), deployment())
      const { replicas: _, ...spec } = deployment().spec as JsonMap
      await on.apply('m', web(on), sparse(spec))
    },
  },
  {
    title: '40: members of a keyed list come, go and keep their order',
    async play(on) {
      const containers = (...names: readonly string[]) =>
        deployment({
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: names.map((name) => ({ name, image: `example.dev/${name}` })) },
          },
        })
      await on.apply('one', web(on), containers('a', 'b'))
      await on.apply('two', web(on), {
        ...sparse({ template: { spec: { containers: [{ name: 'x', image: 'example.dev/x' }] } } }),
      })
      await on.apply('one', web(on), containers('b', 'a'))
      await on.apply('one', web(on), containers('c', 'a'))
      await on.apply('one', web(on), containers('a', 'a'))
    },
  },
  {
    title: '41: a key that is not said has its default',
    async play(on) {
      await on.apply('m', on.at('v1', 'services/web'), service({ ports: [{ port: 80, name: 'a' }] }))
      await on.apply(
        'n',
        on.at('v1', 'services/web'),
        service({ ports: [{ port: 80, protocol: 'TCP', name: 'a' }] }),
      )
      await on.apply(
        'm',
        on.at('v1', 'services/web'),
        service({
          ports: [
            { port: 80, name: 'a' },
            { port: 80, protocol: 'UDP', name: 'b' },
          ],
        }),
      )
      await on.apply('m', on.at('v1', 'services/web'), service({ ports: [{ name: 'a' }] }))
    },
  },
  {
    title: '42: finalizers belong to who says them',
    async play(on) {
      await on.apply('one', settings(on), configMap({}, { finalizers: ['example.dev/a', 'example.dev/b'] }))
      await on.apply('two', settings(on), configMap({}, { finalizers: ['example.dev/b', 'example.dev/c'] }))
      await on.apply('one', settings(on), configMap({}, { finalizers: [] }))
      await on.delete(settings(on))
      await on.apply('two', settings(on), configMap({}))
      await on.get(settings(on))
    },
  },
  {
    title: '43: an atomic list or map belongs to one',
    async play(on) {
      const args = (...list: readonly string[]) => deployment({ template: templateWith({ args: list }) })
      await on.apply('one', web(on), args('a', 'b'))
      await on.patch(
        'json',
        web(on),
        [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: 'c' }],
        {
          fieldManager: 'editor',
        },
      )
      await on.apply('one', web(on), args('a', 'b'))
      await on.apply('one', web(on), args('a', 'b'), forced)
      await on.patch('json', web(on), [{ op: 'remove', path: '/spec/template/spec/containers/0/args/0' }], {
        fieldManager: 'editor',
      })
      await on.patch('json', web(on), [{ op: 'remove', path: '/spec/template/spec/containers/0/args' }], {
        fieldManager: 'remover',
      })
      await on.patch(
        'merge',
        web(on),
        { spec: { template: { spec: { nodeSelector: { a: 'b' } } } } },
        { fieldManager: 'e' },
      )
      await on.apply('one', web(on), deployment({ template: templateWith({}, { nodeSelector: { c: 'd' } }) }))
    },
  },
  {
    title: '44: a key twice is refused where it is applied, and borne where it is stored',
    async play(on) {
      const env = [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ]
      await on.apply('m', web(on), deployment({ template: templateWith({ env }) }))
      await on.create(deployments(on), deployment({ template: templateWith({ env }) }))
      await on.apply(
        'm',
        web(on),
        deployment({ template: templateWith({ env: [{ name: 'A', value: '3' }] }) }),
        forced,
      )
      // A real server tries an update on what its cache holds first, and a try on an old object leaves its warnings.
      await on.until(
        { method: 'GET', path: `${web(on)}?resourceVersion=0` },
        ({ body }) => mapOf(mapOf(body).metadata).generation === 2,
      )
      await on.apply('m', web(on), deployment({ replicas: 1, template: templateWith({}) }), forced)
    },
  },
  {
    title: '45: unknown fields and wrong types of an apply',
    async play(on) {
      await on.apply('m', web(on), deployment({ replicaz: 1 }))
      await on.apply('m', web(on), deployment({ replicas: 'many' }))
      await on.apply('m', web(on), deployment({ template: 'none' }))
      await on.apply('m', web(on), { ...deployment(), apiVersion: 'apps/v2' })
      await on.apply('m', web(on), { ...deployment(), kind: 'StatefulSet' })
      await on.apply('m', web(on), { ...deployment(), apiVersion: '' })
      await on.apply(
        'm',
        web(on),
        deployment({ template: templateWith({ resources: { limits: { cpu: '1x' } } }) }),
      )
      await on.apply('m', web(on), deployment({ selector: null }))
      await on.apply('m', settings(on), configMap({ a: 1 }))
      await on.apply('m', on.at('v1', 'secrets/keys'), secret({ data: { a: '!' } }))
    },
  },
  {
    title: '46: other words for the same value',
    async play(on) {
      const cpu = (value: Json) =>
        deployment({ template: templateWith({ resources: { limits: { cpu: value } } }) })
      await on.apply('one', web(on), cpu('1000m'))
      await on.apply('two', web(on), cpu('1'))
      await on.apply('two', web(on), cpu('1000m'))
      await on.apply('one', web(on), cpu('1000m'))
      await on.apply('one', web(on), cpu(1))
      const target = (value: Json) => service({ ports: [{ port: 80, targetPort: value }] })
      await on.apply('one', on.at('v1', 'services/web'), target(8080))
      await on.apply('two', on.at('v1', 'services/web'), target('8080'))
      await on.apply('one', on.at('v1', 'services/web'), target('http'))
    },
  },
  {
    title: '47: what is empty or null',
    async play(on) {
      await on.apply(
        'm',
        web(on),
        deployment(
          { template: templateWith({ env: [], args: [], resources: {} }, { nodeSelector: {} }) },
          { labels: {}, annotations: null },
        ),
      )
      await on.apply('m', settings(on), { ...configMap({}), data: {} })
      await on.apply('n', settings(on), { ...configMap({}), data: null })
      await on.create(configMaps(on), configMap({}, { name: 'empty', labels: {} }))
      await on.create(
        deployments(on),
        deployment({ template: templateWith({ env: [], args: [] }, { volumes: [] }) }, { name: 'other' }),
      )
    },
  },
]
