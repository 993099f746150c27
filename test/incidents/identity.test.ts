import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/core/object/index.ts'
import type { ApiServer } from '../../tools/kubernetes/index.ts'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Rig, type RigOptions } from '../engine/rig.ts'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { Started } from './each-rig.ts'
import { beyondIdentity, everyRequest, watchedServer, writesAmong } from './every-request.ts'

const started = new Started()
const objects = ['a', 'b', 'c'].map((name) => configMap(name))

interface TwoClusters {
  readonly right: ApiServer
  readonly other: ApiServer
  readonly proxy: TcpProxy
  readonly clock: WarpedClock
  readonly rig: (options?: RigOptions) => Promise<Rig>
}

/** One address that leads to either of two clusters, which take the same credentials and have the same namespaces. */
async function twoClusters(): Promise<TwoClusters> {
  const [right, other] = await Promise.all([watchedServer(started), watchedServer(started)])
  const proxy = await startTcpProxy({ port: portOf(right) })
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const text = right.kubeconfig('evenkeel').replace(right.url, `https://127.0.0.1:${proxy.port}`)
  const config = JSON.parse(text) as { clusters: { cluster: object }[] }
  const both = Buffer.from(`${right.caPem}\n${other.caPem}`).toString('base64')
  for (const one of config.clusters) {
    one.cluster = { ...one.cluster, 'certificate-authority-data': both }
  }
  const connect = () => connectionBy(JSON.stringify(config))
  return {
    right,
    other,
    proxy,
    clock,
    rig: async (options) => {
      const rig = await started.rig(right, { clock, connect, ...options })
      await other.mustKubectl('admin', ['create', 'namespace', rig.namespace])
      return rig
    },
  }
}

function portOf(server: ApiServer): number {
  return Number(new URL(server.url).port)
}

async function idOf(server: ApiServer): Promise<string> {
  const text = await server.mustKubectl('admin', ['get', 'namespace', 'kube-system', '-o', 'json'])
  return (JSON.parse(text) as KubeObject).metadata.uid ?? ''
}

test('an address that answers with the identity of another cluster is refused, and nothing but its identity is asked', async () => {
  const { right, other, proxy, clock, rig } = await twoClusters()
  const expectedId = await idOf(right)
  const found = await idOf(other)
  proxy.aim(portOf(other))
  const asked = await everyRequest(other)
  const r = await rig({ expectedId })
  r.declare(objects)
  const report = await r.until('it is refused', () =>
    r.clusterReport()?.reach === 'refused' ? r.clusterReport() : undefined,
  )
  expect(report.failure?.code).toBe('wrong-cluster')
  expect(report.failure?.message).toContain(found)
  expect(report.failure?.message).toContain(expectedId)
  expect(report.failure?.hint).toBeDefined()
  await clock.pass(300_000)
  const requests = await asked()
  expect(requests.length).toBeGreaterThan(0)
  expect(beyondIdentity(requests)).toEqual([])
  expect(r.bundleReport()?.phase ?? 'pending').toBe('pending')
  // The address is put right: the bundle is applied without anybody's help.
  proxy.aim(portOf(right))
  await r.until('it is applied', async () => {
    await clock.pass(5_000)
    return r.bundleReport()?.phase === 'applied'
  })
  expect(r.clusterReport()).toMatchObject({ reach: 'reachable', clusterId: expectedId })
  expect(beyondIdentity(await asked())).toEqual([])
  r.failures.splice(0)
})

test('an address that begins to lead to another cluster while it is watched is refused, and nothing is written there', async () => {
  const { right, other, proxy, clock, rig } = await twoClusters()
  const r = await rig({ change: { pruneBound: { maxObjects: 100, maxPercent: 100 } } })
  await r.deliver(objects)
  const asked = await everyRequest(other)
  const here = await everyRequest(right)
  proxy.aim(portOf(other))
  proxy.cut()
  await r.until('it is refused', async () => {
    await clock.pass(1_000)
    return r.clusterReport()?.reach === 'refused'
  })
  // Git moves on, and an object is dropped from it.
  r.declare([configMap('a', { a: '2' }), configMap('d')])
  await clock.pass(200_000)
  await r.engine.idle()
  const requests = await asked()
  expect(writesAmong(requests)).toEqual([])
  expect(beyondIdentity(requests)).toEqual([])
  expect(r.drift()).toEqual([])
  expect((await r.journal.load()).inventories.get(r.bundle)).toHaveLength(3)
  expect(writesAmong(await here())).toEqual([])
  proxy.aim(portOf(right))
  proxy.cut()
  await r.until('it is applied', async () => {
    await clock.pass(5_000)
    return r.bundleReport()?.phase === 'applied'
  })
  expect(r.drift()).toEqual([])
  expect(writesAmong(await asked())).toEqual([])
  r.failures.splice(0)
})
