import { isMap, type Json, type JsonMap, mapOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap, deployment } from '../manifests.ts'
import type { Stage } from '../stage.ts'
import { webhookConfiguration, withWebhook } from '../webhook.ts'

const configMaps = (on: Stage): string => on.at('v1', 'configmaps')
const settings = (on: Stage): string => `${configMaps(on)}/settings`
const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')
const forced = { force: 'true' }
const writes = ['CREATE', 'UPDATE'] as const
const ofConfigMaps = { groups: [''], resources: ['configmaps'] } as const

/** A ConfigMap is given another value for what is ours, and a value of the webhook's own. */
function overwritten({ object }: JsonMap): readonly Json[] {
  const add = (path: string, value: Json): Json => ({ op: 'add', path, value })
  const { data } = mapOf(object)
  return [
    ...(isMap(data) ? [] : [add('/data', {})]),
    add('/data/a', 'of the webhook'),
    add('/data/own', 'of the webhook'),
  ]
}

/** Admission webhooks: case 56 of the simulator's list. */
export const webhookCases: readonly Case[] = [
  {
    title: '56: who owns a field that a webhook changes',
    async play(on) {
      const answer = (request: JsonMap) => ({ changes: overwritten(request) })
      await withWebhook(on, { as: 'Mutating', operations: writes, ...ofConfigMaps, answer }, async () => {
        await on.apply('m', settings(on), configMap({ a: '1', b: '2' }))
        await on.apply('m', settings(on), configMap({ a: '1', b: '2' }))
        await on.apply('other', settings(on), configMap({ a: '4' }))
        await on.apply('other', settings(on), configMap({ a: '4' }), forced)
        await on.apply('other', settings(on), configMap({ own: '4' }))
        await on.patch('merge', settings(on), { data: { c: '3' } }, { fieldManager: 'editor' })
        await on.patch('merge', settings(on), { data: { a: '3' } }, { fieldManager: 'editor' })
        await on.apply('m', settings(on), configMap({ b: '2' }))
        await on.update(settings(on), configMap({ a: '5', d: '1' }), { fieldManager: 'replacer' })
        await on.get(settings(on))
      })
      await on.apply('m', settings(on), configMap({ a: '1', b: '2' }))
      await on.apply('m', settings(on), configMap({ a: '1', b: '2' }), forced)
    },
  },
  {
    title: '56: a container that a webhook puts beside ours',
    async play(on) {
      const side = { name: 'injected', image: 'example.dev/injected' }
      const answer = ({ object }: JsonMap) => {
        const { kind, spec } = mapOf(object)
        const isWanted = kind === 'Deployment' && !JSON.stringify(spec).includes(side.image)
        const container = { op: 'add', path: '/spec/template/spec/containers/0', value: side }
        const replicas = { op: 'replace', path: '/spec/replicas', value: 7 }
        return kind === 'ConfigMap' ? {} : { changes: [replicas, ...(isWanted ? [container] : [])] }
      }
      const about = { groups: ['apps'], resources: ['deployments', 'deployments/scale'] }
      const operations = [...writes, 'DELETE']
      await withWebhook(on, { as: 'Mutating', operations, ...about, answer }, async () => {
        await on.apply('m', web(on), deployment())
        await on.apply('m', web(on), deployment())
        await on.patch('merge', `${web(on)}/scale`, { spec: { replicas: 4 } }, { fieldManager: 'scaler' })
        await on.get(web(on))
        await on.apply('m', web(on), deployment({ replicas: 2 }))
        await on.patch('strategic', web(on), { spec: { paused: true } }, { fieldManager: 'editor' })
        // What is deleted cannot be changed.
        await on.delete(web(on))
      })
      await on.delete(web(on))
    },
  },
  {
    title: '56: a webhook that lays hands on the owners themselves',
    async play(on) {
      const path = '/metadata/managedFields'
      let changes: readonly Json[] = []
      const answer = () => ({ changes })
      await withWebhook(on, { as: 'Mutating', operations: writes, ...ofConfigMaps, answer }, async () => {
        await on.apply('m', settings(on), configMap({ a: '1' }))
        for (const [i, change] of [
          { op: 'remove', path },
          { op: 'replace', path, value: [{ manager: 'x', operation: 'Nonsense' }] },
          { op: 'replace', path: `${path}/0/manager`, value: 'of the webhook' },
          { op: 'replace', path: '/metadata/labels', value: { by: 'webhook' } },
          { op: 'remove', path: '/data/nothing' },
        ].entries()) {
          changes = [change]
          const labels = { n: String(i) }
          await on.apply('m', settings(on), configMap({ a: '1' }, { labels }))
          await on.patch('merge', settings(on), { data: { [`k${i}`]: '1' } }, { fieldManager: 'editor' })
        }
      })
    },
  },
  {
    title: '56: a webhook with side effects cannot be, and dry runs are told that they are',
    async play(on) {
      const about = { as: 'Mutating', operations: writes, ...ofConfigMaps } as const
      for (const sideEffects of ['Some', 'Unknown', 'Nonsense']) {
        const configuration = webhookConfiguration(
          on,
          { ...about, more: { sideEffects } },
          { url: 'https://127.0.0.1:1/' },
        )
        await on.create('/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', configuration)
      }
      const answer = (request: JsonMap) => ({ changes: overwritten(request) })
      const more = { sideEffects: 'NoneOnDryRun' }
      await withWebhook(on, { ...about, more, answer }, async () => {
        const dry = { dryRun: 'All' }
        await on.create(configMaps(on), configMap(), dry)
        await on.get(settings(on))
        await on.apply('m', settings(on), configMap(), dry)
        await on.get(settings(on))
        await on.create(configMaps(on), configMap(), { fieldValidation: 'Strict' })
        await on.patch('merge', settings(on), { data: { b: '2' } }, { ...dry, fieldManager: 'editor' })
        await on.update(settings(on), configMap({ c: '3' }), dry)
        await on.get(settings(on))
      })
    },
  },
  {
    title: '56: a webhook that denies, and one that warns',
    async play(on) {
      const denials: readonly (JsonMap | string)[] = [
        { allowed: false },
        { allowed: false, status: { message: 'not today' } },
        { allowed: false, status: { reason: 'Forbidden' } },
        { allowed: false, status: { message: 'gone', reason: 'NotFound', code: 404 } },
        { allowed: false, warnings: ['no use'] },
        { warnings: ['take care', 'really'] },
      ]
      let opinion: JsonMap | string = {}
      const operations = [...writes, 'DELETE']
      const answer = () => opinion
      await withWebhook(on, { as: 'Validating', operations, ...ofConfigMaps, answer }, async () => {
        await on.apply('m', settings(on), configMap({ a: '1' }))
        for (const denial of denials) {
          opinion = denial
          await on.create(configMaps(on), configMap({}, { name: 'other' }))
          await on.patch('merge', settings(on), { data: { b: '2' } })
          await on.delete(settings(on), { propagationPolicy: 'Background' })
        }
        await on.get(settings(on))
      })
    },
  },
  ...(['Fail', 'Ignore'] as const).map(
    (failurePolicy): Case => ({
      title: `56: a webhook that answers nonsense, with failure policy ${failurePolicy}`,
      async play(on) {
        let opinion: JsonMap | string = {}
        const about = { as: 'Mutating', operations: writes, ...ofConfigMaps } as const
        const more = { failurePolicy }
        await withWebhook(on, { ...about, more, answer: () => opinion }, async () => {
          for (const nonsense of [
            '{',
            '{}',
            { uid: 'of another' },
            { patchType: 'JSONPatch' },
            { changes: [] },
          ]) {
            opinion = nonsense
            await on.apply('m', settings(on), configMap({ a: '1' }))
          }
        })
      },
    }),
  ),
]
