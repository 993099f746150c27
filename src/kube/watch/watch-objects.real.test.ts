import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { clientOf, configMaps, Recorder } from '../../../test/faults/scripted-client.ts'
import { startTcpProxy, type TcpProxy } from '../../../test/faults/tcp-proxy.ts'
import { waitFor } from '../../../test/faults/wait-for.ts'
import { type AttachedApiServer, attachApiServer } from '../../../tools/kubernetes/index.ts'
import type { KubeObject } from '../../core/object/index.ts'
import {
  type ClusterClient,
  type ResourceRef,
  type Watch,
  watchObjects,
  type WatchOptions,
} from '../index.ts'

const namespaces: ResourceRef = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
}

describe.each(inject('clusters').map((address) => [address.version, address] as const))(
  'on a server of %s, a watch',
  (_version, address) => {
    let server: AttachedApiServer
    let proxy: TcpProxy
    /** Asks past the proxy, so that faults hit the watches only. */
    let writer: ClusterClient
    let client: ClusterClient
    let heard: Recorder
    let namespace: string
    const running: Watch[] = []

    beforeEach(async () => {
      server = await attachApiServer(address)
      proxy = await startTcpProxy({ port: Number(new URL(server.url).port) })
      writer = await clientOf(server.kubeconfig('evenkeel'))
      const through = server.kubeconfig('evenkeel').replace(server.url, `https://127.0.0.1:${proxy.port}`)
      client = await clientOf(through)
      heard = new Recorder()
      namespace = `watch-${randomUUID().slice(0, 8)}`
      await writer.create(
        namespaces,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { manager: 't' },
      )
    })
    afterEach(async () => {
      await Promise.all(running.splice(0).map((watch) => watch.stop()))
      await Promise.all([client.close(), writer.close()])
      await proxy.stop()
    })

    function start(options: WatchOptions = {}, handler = heard): Watch {
      const watch = watchObjects(
        client,
        configMaps,
        { namespace, labelSelector: 'app=web', ...options },
        handler,
      )
      running.push(watch)
      return watch
    }

    async function put(name: string, data: object, labels: object = { app: 'web' }): Promise<KubeObject> {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data }
      return (await writer.apply(configMaps, object as KubeObject, { manager: 'evenkeel', force: true }))
        .object
    }

    async function remove(object: KubeObject): Promise<void> {
      await writer.delete(configMaps, namespace, object.metadata.name, { uid: object.metadata.uid ?? '' })
    }

    const names = (): string[] => heard.events.map(({ type, name }) => `${type} ${name}`)

    test('tells the list, then every change, and a lost label as a deletion', async () => {
      const a = await put('a', {})
      await put('b', {})
      await put('hidden', {}, {})
      start()
      await waitFor(() => heard.state === 'live')
      expect(names().sort()).toEqual(['ADDED a', 'ADDED b'])
      expect(heard.isPresent(namespace, 'hidden')).toBe(false)
      const changed = await put('b', { key: '1' })
      await put('hidden', {}, { app: 'web' })
      await put('b', { key: '1' }, {})
      await remove(a)
      await waitFor(() => heard.events.length === 6)
      expect(names().slice(2)).toEqual(['MODIFIED b', 'ADDED hidden', 'DELETED b', 'DELETED a'])
      expect(heard.events[2]?.resourceVersion).toBe(changed.metadata.resourceVersion)
      expect(heard.events[2]?.object).toEqual(changed)
      expect(heard.events[5]?.object?.metadata.uid).toBe(a.metadata.uid)
    })

    test('of metadata tells what moved, without the body', async () => {
      await put('a', { secret: 'x' })
      start({ metadataOnly: true })
      await waitFor(() => heard.state === 'live')
      const changed = await put('a', { secret: 'y' })
      await waitFor(() => heard.events.length === 2)
      const [first, second] = heard.events
      expect(second?.resourceVersion).toBe(changed.metadata.resourceVersion)
      for (const event of [first, second]) {
        expect(event?.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
        expect(event?.object).not.toHaveProperty('data')
      }
      expect(second?.object?.metadata.managedFields?.[0]?.manager).toBe('evenkeel')
    })

    test('skips what the caller holds already', async () => {
      const a = await put('a', {})
      await put('b', {})
      const handler = Object.assign(heard, {
        isKnown: (_namespace: string, name: string, revision: string) =>
          name === 'a' && revision === a.metadata.resourceVersion,
      })
      start({}, handler)
      await waitFor(() => heard.state === 'live')
      expect(names()).toEqual(['ADDED b'])
      await remove(a)
      await waitFor(() => heard.events.length === 2)
      expect(names()).toEqual(['ADDED b', 'DELETED a'])
    })

    test('that loses its connection resumes, and misses nothing', async () => {
      const a = await put('a', {})
      start()
      await waitFor(() => heard.state === 'live')
      for (let round = 1; round <= 3; round += 1) {
        proxy.cut()
        await put('a', { round: String(round) })
        await waitFor(() => heard.events.length === round + 1)
      }
      await proxy.refuse()
      await waitFor(() => heard.state === 'disconnected')
      await remove(a)
      await put('b', {})
      await proxy.accept()
      await waitFor(() => heard.events.length === 6)
      expect(names()).toEqual(['ADDED a', 'MODIFIED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a', 'ADDED b'])
      expect(heard.synced).toHaveLength(1)
      expect(heard.passed.filter((kind) => kind === 'listing')).toHaveLength(1)
    })

    test('incident 17: on a half-open connection falls back to another one by its own deadline', async () => {
      const a = await put('a', {})
      start({ idleMs: 3_000 })
      await waitFor(() => heard.state === 'live')
      proxy.freezeOpen()
      await remove(a)
      const silent = await waitFor(() => heard.states.find((state) => state.kind === 'disconnected'))
      expect(silent.failure?.code).toBe('timeout')
      await waitFor(() => heard.events.length === 2)
      expect(names()).toEqual(['ADDED a', 'DELETED a'])
    })

    test('stays one of many: 240 of them live on three connections, and a write is heard by its own', async () => {
      const handlers = Array.from({ length: 240 }, () => new Recorder())
      for (const [index, handler] of handlers.entries()) start({ labelSelector: `w=${index}` }, handler)
      await waitFor(() => handlers.every((handler) => handler.state === 'live'))
      expect(client.exchange.transport.watchConnections).toBe(3)
      for (const index of [0, 100, 239]) {
        await client.apply(
          configMaps,
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: `w${index}`, namespace, labels: { w: String(index) } },
          },
          { manager: 'evenkeel', force: false },
        )
        await waitFor(() => handlers[index]?.events.length === 1)
      }
      expect(handlers.filter((handler) => handler.events.length > 0)).toHaveLength(3)
    })
  },
)
