import type { JsonMap } from '../../../src/core/object/index.ts'
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
} from '../manifests.ts'
import type { Stage } from '../stage.ts'

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const metadataOnly = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
const metadataList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'

const get = (on: Stage, path: string, accept: string) =>
  on.send(`GET ${path} as ${accept}`, { method: 'GET', path, accept })

const kinds: readonly (readonly [string, string, JsonMap])[] = [
  ['v1', 'configmaps', configMap()],
  ['v1', 'secrets', secret({ data: { a: 'MQ==' } })],
  ['v1', 'pods', pod],
  ['v1', 'services', service()],
  ['v1', 'persistentvolumeclaims', claim],
  ['apps/v1', 'deployments', deployment()],
  ['apps/v1', 'statefulsets', statefulSet],
  ['apps/v1', 'daemonsets', daemonSet],
  ['apps/v1', 'replicasets', replicaSet],
  ['batch/v1', 'cronjobs', cronJob],
  ['batch/v1', 'jobs', job],
  ['networking.k8s.io/v1', 'ingresses', ingress],
  ['autoscaling/v2', 'horizontalpodautoscalers', autoscaler],
  ['autoscaling/v1', 'horizontalpodautoscalers', { ...autoscaler, apiVersion: 'autoscaling/v2' }],
  ...others,
]

/** The forms in which objects are shown: case 7 of the simulator's list, and the versions of a kind. */
export const representationCases: readonly Case[] = [
  ...kinds.map(
    ([version, collection, object]): Case => ({
      title: `7: ${version} ${collection} as a table`,
      async play(on) {
        const own = typeof object.apiVersion === 'string' ? object.apiVersion : version
        const text = JSON.stringify(object).replaceAll('NAMESPACE', on.namespace)
        await on.create(on.at(own, collection), text)
        await get(on, on.at(version, collection), table)
        await get(on, `${on.at(version, collection)}?includeObject=None`, table)
        await on.get(on.at(version, collection))
      },
    }),
  ),
  {
    title: '7: custom resources as a table, and metadata alone',
    async play(on) {
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'gadgets')
      await on.define(gadgets(group), all)
      await on.create(all, { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'one' }, spec: {} })
      for (const path of [all, `${all}/one`]) await get(on, path, table)
      await get(on, all, metadataList)
      await get(on, `${all}/one`, metadataOnly)
      await on.create(on.at('v1', 'configmaps'), configMap())
      await get(on, on.at('v1', 'configmaps/settings'), metadataOnly)
      await get(on, on.at('v1', 'configmaps'), metadataList)
      await get(on, `${on.at('v1', 'configmaps/settings')}?includeObject=Object`, table)
    },
  },
  {
    title: 'an autoscaler is read and written in either version',
    async play(on) {
      await on.create(on.at('autoscaling/v2', 'horizontalpodautoscalers'), autoscaler)
      const older = await on.get(on.at('autoscaling/v1', 'horizontalpodautoscalers/web'))
      await on.update(on.at('autoscaling/v1', 'horizontalpodautoscalers/web'), {
        ...older,
        spec: { ...(older.spec as JsonMap), targetCPUUtilizationPercentage: 50 },
      })
      await on.get(on.at('autoscaling/v2', 'horizontalpodautoscalers/web'))
    },
  },
]
