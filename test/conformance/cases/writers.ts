import type { JsonMap } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, gadgets } from '../manifests.ts'
import type { Stage } from '../stage.ts'
import { noteTime, sparse } from './note-time.ts'

const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')
const deployments = (on: Stage): string => on.at('apps/v1', 'deployments')
const settings = (on: Stage): string => on.at('v1', 'configmaps/settings')
const configMaps = (on: Stage): string => on.at('v1', 'configmaps')
const forced = { force: 'true' }

/** What writers of all sorts leave behind: cases 48 to 54 of the simulator's list. */
export const writerCases: readonly Case[] = [
  {
    title: '48: what writers leave behind',
    async play(on) {
      const made = await on.create(deployments(on), deployment(), { fieldManager: 'creator' })
      await on.tick()
      const labelled = await on.patch(
        'merge',
        web(on),
        { metadata: { labels: { a: 'b' } } },
        { fieldManager: 'labeller' },
      )
      noteTime(on, 'creator', made, labelled)
      await on.tick()
      const bare = await on.patch(
        'merge',
        web(on),
        { metadata: { labels: { a: null } } },
        { fieldManager: 'remover' },
      )
      noteTime(on, 'labeller', labelled, bare)
      await on.patch(
        'merge',
        web(on),
        { metadata: { annotations: { a: 'b' } } },
        { fieldManager: 'labeller' },
      )
      await on.update(
        web(on),
        { ...bare, metadata: { name: 'web', annotations: { a: 'c' } } },
        { fieldManager: 'replacer' },
      )
      await on.send('no manager', {
        method: 'PATCH',
        path: web(on),
        contentType: 'application/merge-patch+json',
        userAgent: 'kubectl/v1.36.3 (linux/amd64) kubernetes/abc',
        body: '{"spec":{"replicas":9}}',
      })
      await on.send('a user agent with strange signs', {
        method: 'PATCH',
        path: web(on),
        contentType: 'application/merge-patch+json',
        userAgent: 'Mozilla',
        body: '{"spec":{"replicas":10}}',
      })
    },
  },
  {
    title: '50: scale of a built-in kind by update, patch and apply',
    async play(on) {
      const scale = (replicas: number): JsonMap => ({
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web', namespace: on.namespace },
        spec: { replicas },
      })
      await on.apply('m', web(on), deployment())
      await on.get(`${web(on)}/scale`)
      await on.update(`${web(on)}/scale`, scale(4), { fieldManager: 'updater' })
      await on.get(web(on))
      await on.patch('merge', `${web(on)}/scale`, { spec: { replicas: 5 } }, { fieldManager: 'patcher' })
      await on.get(web(on))
      await on.apply('applier', `${web(on)}/scale`, scale(6))
      await on.apply('applier', `${web(on)}/scale`, scale(6), forced)
      await on.get(web(on))
      await on.apply('m', web(on), deployment())
      await on.update(`${web(on)}/scale`, scale(-1))
      await on.patch('strategic', `${web(on)}/scale`, { spec: { replicas: 7 } })
      await on.get(web(on))
      await on.get(`${web(on)}x/scale`)
    },
  },
  {
    title: '50: scale of a custom resource by update, patch and apply',
    async play(on) {
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      await on.define(gadgets(group), all)
      const gadget = (spec: JsonMap) => ({
        apiVersion: `${group}/v1`,
        kind: 'Gadget',
        metadata: { name: 'one' },
        spec,
      })
      await on.apply('m', `${all}/one`, gadget({ replicas: 2, text: 'a' }))
      await on.get(`${all}/one/scale`)
      await on.patch('merge', `${all}/one/scale`, { spec: { replicas: 3 } }, { fieldManager: 'patcher' })
      const current = await on.get(`${all}/one`)
      await on.update(
        `${all}/one/scale`,
        { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: current.metadata, spec: { replicas: 4 } },
        { fieldManager: 'updater' },
      )
      await on.get(`${all}/one`)
      await on.apply('m', `${all}/one`, gadget({ replicas: 2, text: 'a' }))
      await on.apply('m', `${all}/one`, gadget({ replicas: 2, text: 'a' }), forced)
    },
  },
  {
    title: '51: status is written and owned apart',
    async play(on) {
      await on.apply('m', web(on), deployment())
      await on.apply('s', `${web(on)}/status`, { ...sparse({}), status: { replicas: 2 } })
      await on.apply('s', `${web(on)}/status`, {
        ...sparse({ replicas: 9 }, { labels: { a: 'b' }, annotations: { c: 'd' } }),
        status: { replicas: 2 },
      })
      await on.patch(
        'merge',
        `${web(on)}/status`,
        { status: { readyReplicas: 1 } },
        { fieldManager: 'controller' },
      )
      await on.patch('merge', `${web(on)}/status`, { spec: { replicas: 9 } }, { fieldManager: 'controller' })
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      await on.define(gadgets(group), all)
      const gadget = {
        apiVersion: `${group}/v1`,
        kind: 'Gadget',
        metadata: { name: 'one', labels: { a: 'b' } },
      }
      await on.apply('m', `${all}/one`, { ...gadget, spec: { text: 'a' }, status: { replicas: 1 } })
      await on.apply('s', `${all}/one/status`, { ...gadget, spec: { text: 'b' }, status: { replicas: 1 } })
      await on.patch(
        'merge',
        `${all}/one/status`,
        { status: { replicas: 2, unknown: 1 } },
        { fieldManager: 'controller' },
      )
    },
  },
  {
    title: '52: kubectl apply on the client, then on the server',
    async play(on) {
      const applied = {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(configMap({ a: '1', b: '2' })),
      }
      const kubectl = { fieldManager: 'kubectl-client-side-apply' }
      await on.create(configMaps(on), configMap({ a: '1', b: '2' }, { annotations: applied }), kubectl)
      await on.apply('kubectl', settings(on), configMap({ a: '3' }))
      await on.apply('other', settings(on), configMap({ a: '4' }))
      await on.apply('other', settings(on), configMap({ a: '4' }), forced)
      await on.apply('kubectl', settings(on), configMap({ a: '3' }), forced)
    },
  },
  {
    title: '53: owners that were wiped away',
    async play(on) {
      await on.create(configMaps(on), configMap({ a: '1', b: '2' }), { fieldManager: 'creator' })
      await on.patch('json', settings(on), [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }])
      await on.patch('merge', settings(on), { data: { c: '3' } }, { fieldManager: 'editor' })
      await on.apply('m', settings(on), configMap({ a: '1' }))
      await on.apply('m', settings(on), configMap({ b: '3' }))
      await on.apply('m', settings(on), configMap({ b: '3' }), forced)
      await on.patch('merge', settings(on), { metadata: { managedFields: [] } })
      await on.patch('merge', settings(on), { metadata: { managedFields: null } })
      const current = await on.get(settings(on))
      await on.update(settings(on), {
        ...current,
        metadata: { name: 'settings', managedFields: [{ manager: 'x', operation: 'Update' }] },
      })
    },
  },
  {
    title: '54: many that write are remembered as one',
    async play(on) {
      await on.create(configMaps(on), configMap({ a: '0' }), { fieldManager: 'creator' })
      for (let index = 0; index < 12; index += 1) {
        // Who is folded together goes by age: each writer writes in a second of its own.
        await on.tick()
        await on.patch(
          'merge',
          settings(on),
          { data: { [`k${index}`]: '1' } },
          { fieldManager: `writer-${index}` },
        )
      }
    },
  },
  {
    title: 'fields of custom resources: lists of every kind, defaults and unknown parts',
    async play(on) {
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      await on.define(gadgets(group), all)
      const gadget = (spec: JsonMap) => ({
        apiVersion: `${group}/v1`,
        kind: 'Gadget',
        metadata: { name: 'one' },
        spec,
      })
      const apply = (manager: string, spec: JsonMap, more = {}) =>
        on.apply(manager, `${all}/one`, gadget(spec), more)
      await apply('one', {
        tags: ['a', 'b'],
        plain: ['x'],
        parts: [{ name: 'p', value: '1' }],
        whole: { k: 'v' },
        port: 80,
      })
      await apply('two', {
        tags: ['b', 'c'],
        parts: [{ name: 'p', protocol: 'UDP' }],
        anything: { deep: { er: 1 } },
      })
      await apply('two', { plain: ['y'], whole: { k: 'w' }, port: '80' })
      await apply('two', { plain: ['y'], whole: { k: 'w' }, port: 'http' }, forced)
      await apply('one', { tags: ['a'], unknown: 1 })
      await apply('one', { parts: [{ value: '1' }] })
      await apply('one', { parts: [{ name: 'p' }, { name: 'p' }] })
      await apply('one', { tags: ['a', 'a'] })
      await apply('one', { replicas: 20 })
      await on.create(all, {
        ...gadget({ text: 'much too long', parts: [{ name: 'a' }, { name: 'a' }] }),
        metadata: { name: 'two' },
      })
      await on.create(
        all,
        { ...gadget({ text: 'b', more: { x: 1 } }), metadata: { name: 'three', extra: 1 } },
        { fieldValidation: 'Strict' },
      )
    },
  },
]
