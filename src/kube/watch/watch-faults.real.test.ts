import { randomUUID } from 'node:crypto'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { clientOf, configMaps, Recorder } from '../../../test/faults/scripted-client.ts'
import { startTcpProxy, type TcpProxy } from '../../../test/faults/tcp-proxy.ts'
import { waitFor } from '../../../test/faults/wait-for.ts'
import {
  type ApiServer,
  type ApiServerOptions,
  ensureBinaries,
  freePorts,
  startApiServer,
  startProgram,
} from '../../../tools/kubernetes/index.ts'
import type { KubeObject } from '../../core/object/index.ts'
import {
  type ClusterClient,
  type ResourceRef,
  type Watch,
  watchObjects,
  type WatchOptions,
} from '../index.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

interface Rig {
  readonly server: ApiServer
  readonly proxy: TcpProxy
  readonly client: ClusterClient
  readonly writer: ClusterClient
  readonly heard: Recorder
}

/** A cluster of its own, to be broken; the client reaches it through a proxy, the writer does not. */
async function startRig(options: ApiServerOptions = {}): Promise<Rig> {
  const server = await startApiServer({ audit: 'none', ...options })
  stops.push(() => server.stop())
  const proxy = await startTcpProxy({ port: Number(new URL(server.url).port) })
  stops.push(() => proxy.stop())
  const text = server.kubeconfig('admin').replace(server.url, `https://127.0.0.1:${proxy.port}`)
  const [client, writer] = await Promise.all([clientOf(text), clientOf(server.kubeconfig('admin'))])
  stops.push(() => Promise.all([client.close(), writer.close()]))
  return { server, proxy, client, writer, heard: new Recorder() }
}

function start(rig: Rig, options: WatchOptions = {}): Watch {
  const watch = watchObjects(
    rig.client,
    configMaps,
    { namespace: 'default', labelSelector: 'app=web', ...options },
    rig.heard,
  )
  stops.push(() => watch.stop())
  return watch
}

async function put({ writer }: Rig, name: string, data: object = {}): Promise<KubeObject> {
  const metadata = { name, namespace: 'default', labels: { app: 'web' } }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
  return (
    await writer.apply(configMaps, object as unknown as KubeObject, { manager: 'evenkeel', force: true })
  ).object
}

async function remove({ writer }: Rig, object: KubeObject): Promise<void> {
  await writer.delete(configMaps, 'default', object.metadata.name, { uid: object.metadata.uid ?? '' })
}

/** Makes etcd forget everything before now. */
async function compact({ server, writer }: Rig): Promise<void> {
  const { resourceVersion } = await writer.list(configMaps, { namespace: 'default', limit: 1 })
  const answer = await fetch(`${server.etcdUrl}/v3/kv/compaction`, {
    method: 'POST',
    body: JSON.stringify({ revision: resourceVersion, physical: true }),
  })
  expect(answer.status).toBe(200)
}

const told = (heard: Recorder): string[] =>
  heard.events.map(
    (event) => `${event.type} ${event.name}${event.type === 'DELETED' && event.relist ? ' by relist' : ''}`,
  )

test('incident 18: after a compaction the list is read again, and each deletion is noticed exactly once', async () => {
  const rig = await startRig({ apiServerFlags: ['--watch-cache=false'] })
  const { proxy, heard } = rig
  await put(rig, 'a')
  const gone = [await put(rig, 'b'), await put(rig, 'c')]
  start(rig)
  await waitFor(() => heard.state === 'live')
  await proxy.refuse()
  await waitFor(() => heard.state === 'disconnected')
  for (const object of gone) await remove(rig, object)
  await put(rig, 'd')
  for (let write = 0; write < 20; write += 1) await put(rig, 'a', { write: String(write) })
  await compact(rig)
  await proxy.accept()
  await waitFor(() => heard.synced.length === 2)
  await waitFor(() => heard.state === 'live')
  expect(told(heard).slice(0, 3).sort()).toEqual(['ADDED a', 'ADDED b', 'ADDED c'])
  expect(told(heard).slice(3).sort()).toEqual([
    'ADDED d',
    'DELETED b by relist',
    'DELETED c by relist',
    'MODIFIED a',
  ])
  expect(heard.states.some((state) => state.failure?.code === 'gone')).toBe(true)
  expect(heard.states.at(-1)?.epoch).toBe(0)
  await put(rig, 'e')
  await waitFor(() => told(heard).at(-1) === 'ADDED e')
})

test('a server that restarts ends watches, and they come back without telling anything twice', async () => {
  const rig = await startRig()
  const { server, heard } = rig
  await put(rig, 'a')
  start(rig)
  await waitFor(() => heard.state === 'live')
  await server.restart()
  await put(rig, 'b')
  await waitFor(() => heard.events.length === 2 && heard.state === 'live')
  expect(told(heard)).toEqual(['ADDED a', 'ADDED b'])
})

test('incidents 19 and 21: an etcd that was restored from a backup begins an epoch, and its state is told', async () => {
  const rig = await startRig()
  const { server, heard, writer } = rig
  const { etcd: etcdBinary } = await ensureBinaries()
  const [peerPort] = await freePorts(1)
  const startEtcd = (): ReturnType<typeof startProgram> =>
    startProgram(
      etcdBinary,
      [
        `--data-dir=${join(server.folder, 'etcd')}`,
        '--unsafe-no-fsync',
        `--listen-client-urls=${server.etcdUrl}`,
        `--advertise-client-urls=${server.etcdUrl}`,
        `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      ],
      join(server.folder, 'etcd-2.log'),
    )

  await put(rig, 'kept', { version: 'before' })
  await put(rig, 'lost-in-live', {})
  await server.etcd.stop()
  await cp(join(server.folder, 'etcd'), join(server.folder, 'backup'), { recursive: true })
  const second = startEtcd()
  stops.push(() => second.stop())
  await server.restart()

  await put(rig, 'kept', { version: 'after' })
  await put(rig, 'added-later', {})
  for (let write = 0; write < 300; write += 1) await put(rig, 'noise', { write: String(write) })
  start(rig, { idleMs: 10_000 })
  await waitFor(() => heard.state === 'live')
  expect(heard.isPresent('default', 'added-later')).toBe(true)
  const before = heard.events.length

  await second.stop()
  await rm(join(server.folder, 'etcd'), { recursive: true })
  await cp(join(server.folder, 'backup'), join(server.folder, 'etcd'), { recursive: true })
  const third = startEtcd()
  stops.push(() => third.stop())
  await server.restart()

  await waitFor(() => heard.states.some((state) => state.epoch === 1 && state.kind === 'live'))
  const after = heard.events.slice(before)
  const told = after.map((event) => `${event.type} ${event.name}`).sort()
  expect(told).toEqual(['DELETED added-later', 'DELETED noise', 'MODIFIED kept', 'MODIFIED lost-in-live'])
  expect(after.find((event) => event.name === 'kept')?.object?.data).toEqual({ version: 'before' })
  expect(await writer.get(configMaps, 'default', 'added-later')).toBeUndefined()
  await put(rig, 'fresh')
  await waitFor(() => heard.events.at(-1)?.name === 'fresh')
})

test('incident 38: an account that is deleted under a running watch shows as denied, and deletes nothing', async () => {
  const rig = await startRig()
  const { server, proxy, writer } = rig
  await server.mustKubectl('admin', ['create', 'serviceaccount', 'robot'])
  await server.mustKubectl('admin', [
    'create',
    'clusterrolebinding',
    'robot',
    '--clusterrole=cluster-admin',
    '--serviceaccount=default:robot',
  ])
  const token = (await server.mustKubectl('admin', ['create', 'token', 'robot'])).trim()
  const text = server
    .kubeconfig('admin')
    .replace(server.url, `https://127.0.0.1:${proxy.port}`)
    .replace('admin-token', token)
  const client = await clientOf(text)
  stops.push(() => client.close())
  const heard = new Recorder()
  await put(rig, 'a')
  start({ ...rig, client, heard })
  await waitFor(() => heard.state === 'live')
  await server.mustKubectl('admin', ['delete', 'serviceaccount', 'robot'])
  // The server remembers good tokens for some seconds; the watch is asked again until it has forgotten this one.
  await waitFor(async () => {
    proxy.cut()
    await new Promise((resolve) => setTimeout(resolve, 500))
    return heard.state === 'denied'
  })
  expect(heard.states.at(-1)?.failure?.code).toBe('unauthorized')
  expect(told(heard)).toEqual(['ADDED a'])
  expect(await writer.get(configMaps, 'default', 'a')).toBeDefined()
})

test('incident 15: an aggregated API without endpoints is a gap in what is known, and the rest is known', async () => {
  const rig = await startRig()
  const { server, client } = rig
  const service = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.broken.example.com' },
    spec: {
      group: 'broken.example.com',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
      service: { namespace: 'default', name: 'nobody' },
    },
  }
  await server.mustKubectl('admin', ['apply', '-f', '-'], JSON.stringify(service))
  const discovery = await waitFor(async () => {
    const found = await client.discover()
    return found.failed.length > 0 ? found : undefined
  })
  expect(discovery.failed.map((gap) => gap.groupVersion)).toEqual(['broken.example.com/v1'])
  expect(discovery.gapFor('broken.example.com', 'Widget')).toBeDefined()
  expect(discovery.find('apps', 'Deployment')).toBeDefined()
  expect(discovery.gapFor('apps', 'Nonsense')).toBeUndefined()
  const widgets: ResourceRef = {
    group: 'broken.example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    namespaced: true,
  }
  await expect(client.list(widgets)).rejects.toMatchObject({ code: 'server-error', status: 503 })
  await expect(client.get(widgets, 'default', randomUUID())).rejects.toMatchObject({ code: 'server-error' })
})

test('incident 37: a server that is overrun says when to come back, and every apply gets through', async () => {
  const rig = await startRig({
    apiServerFlags: [
      '--enable-priority-and-fairness=false',
      '--max-requests-inflight=2',
      '--max-mutating-requests-inflight=2',
    ],
  })
  const waits: string[] = []
  const client = await clientOf(rig.server.kubeconfig('evenkeel'), { log: (message) => waits.push(message) })
  stops.push(() => client.close())
  const names = Array.from({ length: 150 }, (_, index) => `many-${index}`)
  await Promise.all(
    names.map((name) =>
      client.apply(
        configMaps,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } },
        { manager: 'evenkeel', force: false },
      ),
    ),
  )
  expect(waits.length).toBeGreaterThan(0)
  expect((await rig.writer.list(configMaps, { namespace: 'default' })).items.length).toBeGreaterThanOrEqual(
    150,
  )
})
