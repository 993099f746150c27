import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Apimachinery, openApimachinery, Undecodable } from '../../src/apimachinery/index.ts'
import { type AttachedApiServer, attachApiServer } from '../../tools/kubernetes/index.ts'
import { TryingServer } from './server.ts'

let apimachinery: Apimachinery
let cluster: AttachedApiServer
let server: TryingServer

beforeAll(async () => {
  const opened = openApimachinery({ threads: 1 })
  const [address] = inject('clusters')
  if (opened === undefined || address === undefined) throw new Error('a module and a cluster are needed')
  apimachinery = opened
  cluster = await attachApiServer(address)
  server = new TryingServer(cluster)
})

afterAll(async () => {
  await Promise.all([apimachinery.close(), server.close()])
})

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'decoded', namespace: 'default' },
  spec: {
    maxReplicas: 3,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  },
}

test("a server's protobuf is read as the JSON that the server gives", async () => {
  await cluster.mustKubectl('admin', ['apply', '-f', '-'], JSON.stringify(autoscaler))
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/decoded'
  const json = await cluster.mustKubectl('admin', ['get', '--raw', path])
  expect(await apimachinery.decode(await server.protobuf(path))).toEqual(JSON.parse(json))
})

test('defaults come in, and another version is converted to', async () => {
  const body = Buffer.from(JSON.stringify(autoscaler))
  expect(await apimachinery.decode(body)).toMatchObject({ spec: { minReplicas: 1 } })
  expect(await apimachinery.decode(body, 'autoscaling/v1')).toMatchObject({
    apiVersion: 'autoscaling/v1',
    spec: { minReplicas: 1, targetCPUUtilizationPercentage: 70 },
  })
})

test('what is no object is refused in the words of the server', async () => {
  await expect(apimachinery.decode(Buffer.from('{"apiVersion":"v1"}'))).rejects.toThrow(
    "Object 'Kind' is missing",
  )
  await expect(apimachinery.decode(Buffer.from('k8s\0broken'))).rejects.toThrow(
    new Undecodable('unexpected EOF'),
  )
})
