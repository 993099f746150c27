import { isMap, type JsonMap } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import {
  autoscaler,
  claim,
  configMap,
  cronJob,
  daemonSet,
  deployment,
  gadgets,
  ingress,
  job,
  others,
  pod,
  replicaSet,
  secret,
  service,
  statefulSet,
  templateWith,
} from '../manifests.ts'
import { type Field, protobufBody } from '../protobuf.ts'
import type { Stage } from '../stage.ts'

const deployments = (on: Stage): string => on.at('apps/v1', 'deployments')
const web = (on: Stage): string => `${deployments(on)}/web`
const configMaps = (on: Stage): string => on.at('v1', 'configmaps')
const settings = (on: Stage): string => `${configMaps(on)}/settings`

/** An object as it was answered, with changed metadata and fields. */
function changed(object: JsonMap, fields: JsonMap, metadata: JsonMap = {}): JsonMap {
  return {
    ...object,
    ...fields,
    metadata: { ...(isMap(object.metadata) ? object.metadata : {}), ...metadata },
  }
}

function metadataOf(object: JsonMap): JsonMap {
  return isMap(object.metadata) ? object.metadata : {}
}

function specOf(object: JsonMap): JsonMap {
  return isMap(object.spec) ? object.spec : {}
}

/** Creation, reading, replacing and what is refused of it: cases 8 to 25 of the simulator's list. */
export const objectCases: readonly Case[] = [
  {
    title: '8: a minimal Deployment gets its defaults, and its creator owns them',
    async play(on) {
      await on.create(deployments(on), deployment())
      await on.get(web(on))
    },
  },
  ...(
    [
      ['a Service', 'v1', 'services', service()],
      ['a Service with node ports', 'v1', 'services', service({ type: 'NodePort' })],
      ['a headless Service', 'v1', 'services', service({ clusterIP: 'None' })],
      [
        'a Service of a name elsewhere',
        'v1',
        'services',
        service({ type: 'ExternalName', externalName: 'a.dev', ports: [] }),
      ],
      ['a Pod', 'v1', 'pods', pod],
      ['a StatefulSet', 'apps/v1', 'statefulsets', statefulSet],
      ['a DaemonSet', 'apps/v1', 'daemonsets', daemonSet],
      ['a ReplicaSet', 'apps/v1', 'replicasets', replicaSet],
      ['a CronJob', 'batch/v1', 'cronjobs', cronJob],
      ['a Job', 'batch/v1', 'jobs', job],
      ['an Ingress', 'networking.k8s.io/v1', 'ingresses', ingress],
      ['a claim', 'v1', 'persistentvolumeclaims', claim],
      ['an autoscaler', 'autoscaling/v2', 'horizontalpodautoscalers', autoscaler],
    ] as const
  ).map(
    ([title, version, collection, object]): Case => ({
      title: `9: ${title} gets its defaults`,
      async play(on) {
        await on.create(on.at(version, collection), object)
      },
    }),
  ),
  ...others.map(
    ([version, collection, object]): Case => ({
      title: `9: ${version} ${collection} get their defaults`,
      async play(on) {
        const text = JSON.stringify(object).replaceAll('NAMESPACE', on.namespace)
        await on.create(on.at(version, collection), JSON.parse(text))
      },
    }),
  ),
  {
    title: '10: what exists is not created again',
    async play(on) {
      await on.create(deployments(on), deployment())
      await on.create(deployments(on), deployment({ replicas: 1 }))
    },
  },
  {
    title: '11: a generated name has its shape',
    async play(on) {
      const made = await on.create(configMaps(on), configMap({}, { name: null, generateName: 'settings-' }))
      const { name } = metadataOf(made)
      on.note('the name', typeof name === 'string' && /^settings-[a-z0-9]{5}$/.test(name))
    },
  },
  {
    title: '12: what is missing is not found',
    async play(on) {
      await on.get(web(on))
      await on.delete(web(on))
      await on.update(web(on), deployment())
    },
  },
  {
    title: '13: a stale revision is a conflict, before anything is looked at',
    async play(on) {
      const made = await on.create(settings(on).replace('/settings', ''), configMap())
      await on.patch('merge', settings(on), { data: { b: '2' } })
      await on.update(settings(on), changed(made, { data: { c: '3' } }))
      const wrong = await on.create(deployments(on), deployment())
      await on.patch('merge', web(on), { metadata: { labels: { a: 'b' } } })
      await on.update(web(on), changed(wrong, { spec: { ...specOf(wrong), replicas: -1 } }))
    },
  },
  {
    title: '14: without a revision a built-in kind is replaced, and a custom resource is not',
    async play(on) {
      await on.create(configMaps(on), configMap())
      await on.update(settings(on), configMap({ b: '2' }))
      await on.create(deployments(on), deployment())
      await on.update(web(on), deployment({ replicas: 5 }))
      await on.define(gadgets(`${on.namespace}.dev`), on.at(`${on.namespace}.dev/v1`, 'gadgets'))
      const gadget = {
        apiVersion: `${on.namespace}.dev/v1`,
        kind: 'Gadget',
        metadata: { name: 'one' },
        spec: {},
      }
      await on.create(on.at(`${on.namespace}.dev/v1`, 'gadgets'), gadget)
      await on.update(on.at(`${on.namespace}.dev/v1`, 'gadgets/one'), gadget)
    },
  },
  {
    title: '15: what is immutable stays',
    async play(on) {
      const made = await on.create(deployments(on), deployment())
      const selector = { matchLabels: { app: 'web', more: 'yes' } }
      await on.update(web(on), changed(made, { spec: { ...specOf(made), selector } }))
      await on.create(on.at('v1', 'services'), service())
      await on.patch('merge', on.at('v1', 'services/web'), { spec: { clusterIP: '10.0.0.99' } })
      await on.create(on.at('v1', 'secrets'), secret({ data: { a: 'MQ==' }, immutable: true }))
      await on.patch('merge', on.at('v1', 'secrets/keys'), { data: { a: 'Mg==' } })
      await on.patch('merge', on.at('v1', 'secrets/keys'), { type: 'example.dev/other' })
      await on.create(configMaps(on), { ...configMap(), immutable: true })
      await on.patch('merge', settings(on), { data: { a: '2' } })
      await on.create(on.at('apps/v1', 'statefulsets'), statefulSet)
      await on.patch('merge', on.at('apps/v1', 'statefulsets/web'), { spec: { serviceName: 'other' } })
      await on.create(on.at('batch/v1', 'jobs'), job)
      await on.patch('merge', on.at('batch/v1', 'jobs/web'), { spec: { completions: 3 } })
      await on.create(on.at('v1', 'persistentvolumeclaims'), claim)
      await on.patch('merge', on.at('v1', 'persistentvolumeclaims/web'), {
        spec: { accessModes: ['ReadOnlyMany'] },
      })
    },
  },
  {
    title: '16: all errors of an object are told, in their order',
    async play(on) {
      await on.create(
        deployments(on),
        deployment({ replicas: -1, template: templateWith({ image: '', name: 'A b' }) }, { name: 'A b' }),
      )
      await on.create(on.at('v1', 'pods'), {
        ...pod,
        spec: { containers: [{ name: 'a', image: 'x', imagePullPolicy: 'Soon' }], hostname: 'A B' },
      })
      await on.create(on.at('v1', 'services'), service({ type: 'Public', ports: [{ port: 0 }] }))
    },
  },
  {
    title: '17: another namespace or name than that of the address is refused',
    async play(on) {
      await on.create(configMaps(on), configMap({}, { namespace: 'elsewhere' }))
      await on.create(configMaps(on), configMap())
      await on.update(settings(on), configMap({}, { namespace: 'elsewhere' }))
      await on.update(settings(on), configMap({}, { name: 'other' }))
      await on.apply('m', settings(on), configMap({}, { namespace: 'elsewhere' }))
      await on.apply('m', settings(on), configMap({}, { name: 'other' }))
      await on.update(settings(on), configMap({}, { uid: '2a3b4c5d-1111-4222-8333-444455556666' }))
      await on.create(configMaps(on), { ...configMap(), apiVersion: 'v2' })
      await on.create(configMaps(on), { ...configMap(), kind: 'Secret' })
      await on.create(configMaps(on), '{"apiVersion":"v1"}')
      await on.create(configMaps(on), '{')
      await on.create(configMaps(on), '')
      await on.create(configMaps(on), '[]')
    },
  },
  ...(['Ignore', 'Warn', 'Strict', ''] as const).map(
    (fieldValidation): Case => ({
      title: `18 and 19: unknown and repeated fields with validation "${fieldValidation}"`,
      async play(on) {
        const parameters: Record<string, string> = fieldValidation === '' ? {} : { fieldValidation }
        const text = JSON.stringify(deployment({ replicaz: 1, template: templateWith({ imagee: 'x' }) }))
        await on.create(deployments(on), text, parameters)
        await on.create(
          deployments(on),
          JSON.stringify(deployment()).replace('"replicas":3', '"replicas":3,"replicas":4'),
          parameters,
        )
        await on.patch('merge', web(on), { spec: { replicaz: 2 } }, parameters)
        await on.patch('strategic', web(on), { spec: { replicaz: 2 } }, parameters)
        await on.patch(
          'json',
          web(on),
          [{ op: 'add', path: '/spec/replicaz', value: 1, more: 1 }],
          parameters,
        )
        await on.apply('m', web(on), deployment({ replicaz: 1 }), { force: 'true', ...parameters })
        await on.apply(
          'm',
          web(on),
          JSON.stringify(deployment()).replace('"replicas":3', '"replicas":3,"replicas":4'),
          { force: 'true', ...parameters },
        )
      },
    }),
  ),
  {
    title: '20: replacing by the same changes nothing',
    async play(on) {
      const made = await on.create(deployments(on), deployment())
      await on.tick()
      const same = await on.update(web(on), made)
      on.note('the revision', metadataOf(same).resourceVersion === metadataOf(made).resourceVersion)
      await on.patch('merge', web(on), { spec: { replicas: 3 } })
      await on.patch('merge', web(on), {})
    },
  },
  {
    title: '21: what moves the generation',
    async play(on) {
      await on.create(deployments(on), deployment())
      await on.patch('merge', web(on), { spec: { replicas: 4 } })
      await on.patch('merge', web(on), { metadata: { labels: { a: 'b' } } })
      await on.patch('merge', web(on), { metadata: { annotations: { a: 'b' } } })
      await on.patch('merge', `${web(on)}/status`, { status: { replicas: 2 } })
      await on.create(configMaps(on), configMap())
      await on.patch('merge', settings(on), { data: { b: '2' } })
      await on.create(on.at('networking.k8s.io/v1', 'ingresses'), ingress)
      await on.patch('merge', on.at('networking.k8s.io/v1', 'ingresses/web'), {
        spec: { ingressClassName: 'x' },
      })
      await on.create(on.at('policy/v1', 'poddisruptionbudgets'), {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
      })
      await on.patch('merge', on.at('policy/v1', 'poddisruptionbudgets/web'), { spec: { minAvailable: 2 } })
    },
  },
  {
    title: '22: the object does not write status, and status does not write the object',
    async play(on) {
      const made = await on.create(deployments(on), { ...deployment(), status: { replicas: 9 } })
      await on.update(web(on), changed(made, { status: { replicas: 9 } }))
      const current = await on.get(web(on))
      const both = { spec: { ...specOf(current), replicas: 9 }, status: { replicas: 2, readyReplicas: 1 } }
      await on.update(
        `${web(on)}/status`,
        changed(current, both, { labels: { a: 'b' }, annotations: { c: 'd' } }),
      )
      await on.get(`${web(on)}/status`)
    },
  },
  {
    title: '23: stringData of a Secret go into its data',
    async play(on) {
      await on.create(
        on.at('v1', 'secrets'),
        secret({ data: { a: 'MQ==', b: 'Mg==' }, stringData: { b: 'x', c: 'y' } }),
      )
      await on.patch('merge', on.at('v1', 'secrets/keys'), { stringData: { a: 'z' } })
      await on.apply('m', on.at('v1', 'secrets/keys'), secret({ stringData: { d: 'w' } }))
    },
  },
  {
    title: '24: protobuf says what JSON says',
    async play(on) {
      const post = (path: string, body: Uint8Array) =>
        on.send(`protobuf to ${path}`, {
          method: 'POST',
          path,
          contentType: 'application/vnd.kubernetes.protobuf',
          body,
        })
      await post('/api/v1/namespaces', protobufBody('v1', 'Namespace', [[1, [[1, `${on.namespace}-p`]]]]))
      await post(
        on.at('v1', 'secrets'),
        protobufBody('v1', 'Secret', [
          [1, [[1, 'keys']]],
          [
            2,
            [
              [1, 'a'],
              [2, 'text'],
            ],
          ],
          [3, 'example.dev/some'],
        ]),
      )
      const labels: Field = [
        1,
        [
          [1, 'app'],
          [2, 'web'],
        ],
      ]
      const template: Field = [
        3,
        [
          [
            1,
            [
              [
                11,
                [
                  [1, 'app'],
                  [2, 'web'],
                ],
              ],
            ],
          ],
          [
            2,
            [
              [
                2,
                [
                  [1, 'web'],
                  [2, 'example.dev/web:1'],
                ],
              ],
            ],
          ],
        ],
      ]
      await post(
        deployments(on),
        protobufBody('apps/v1', 'Deployment', [
          [1, [[1, 'web']]],
          [2, [[1, 2], [2, [labels]], template]],
        ]),
      )
      await post(deployments(on), Buffer.from('k8s\0broken'))
    },
  },
  {
    title: '25: a dry run stores nothing',
    async play(on) {
      const dryRun = { dryRun: 'All' }
      await on.create(deployments(on), deployment(), dryRun)
      await on.get(web(on))
      const made = await on.create(deployments(on), deployment())
      await on.create(deployments(on), deployment(), dryRun)
      await on.update(web(on), changed(made, { spec: { ...specOf(made), replicas: 7 } }), dryRun)
      await on.patch('strategic', web(on), { spec: { replicas: 8 } }, dryRun)
      await on.apply('m', web(on), deployment({ replicas: 9 }), { force: 'true', ...dryRun })
      await on.delete(`${web(on)}?dryRun=All`)
      await on.get(web(on))
      await on.patch('merge', web(on), {}, { dryRun: 'Some' })
    },
  },
]
