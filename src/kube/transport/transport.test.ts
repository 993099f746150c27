import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, configMap, configMaps, failureIn } from '../../../test/faults/scripted-client.ts'
import { ScriptedServer } from '../../../test/faults/scripted-server.ts'
import { startTcpProxy } from '../../../test/faults/tcp-proxy.ts'
import { waitFor } from '../../../test/faults/wait-for.ts'
import type { KubeObject } from '../../core/object/index.ts'
import { FakeClock } from '../../runtime/index.ts'
import type { ClusterClient } from '../index.ts'

let server: ScriptedServer
let client: ClusterClient
let clock: FakeClock

beforeEach(async () => {
  server = await ScriptedServer.start()
  clock = new FakeClock()
  client = await clientOf(server.kubeconfig(), { clock })
})

afterEach(async () => {
  await client.close()
  await server.stop()
})

const one = configMap('a', 5) as unknown as KubeObject

describe('connections', () => {
  test('many requests share one, and no more are in flight than allowed', async () => {
    await client.close()
    client = await clientOf(server.kubeconfig(), { clock, maxInFlight: 4 })
    server.script(async (_request, answer) => {
      await new Promise(setImmediate)
      answer.json(configMap('a', 5))
    })
    await Promise.all(Array.from({ length: 40 }, () => client.get(configMaps, 'shop', 'a')))
    expect(server.requests).toHaveLength(40)
    expect(server.connections).toBe(1)
    expect(server.mostAtOnce).toBe(4)
  })

  test('a server that speaks only HTTP/1.1 is asked over several', async () => {
    await server.stop()
    server = await ScriptedServer.start({ http1: true })
    await client.close()
    client = await clientOf(server.kubeconfig(), { clock, maxInFlight: 4 })
    let waiting = 0
    server.script(async (_request, answer) => {
      waiting += 1
      await waitFor(() => waiting >= 4)
      answer.json(configMap('a', 5))
    })
    await Promise.all(Array.from({ length: 4 }, () => client.get(configMaps, 'shop', 'a')))
    expect(server.mostAtOnce).toBe(4)
    await client.get(configMaps, 'shop', 'a')
    expect(server.connections).toBe(4)
  })

  test('incident 17: one that fell silent times the request out and is replaced', async () => {
    const proxy = await startTcpProxy(server)
    await client.close()
    const kubeconfig = server.kubeconfig({ token: 't' }, { server: `https://127.0.0.1:${proxy.port}` })
    client = await clientOf(kubeconfig, { clock })
    server.script((_request, answer) => answer.json(configMap('a', 5)))
    try {
      await client.get(configMaps, 'shop', 'a')
      proxy.freezeOpen()
      const before = proxy.received
      const failing = failureIn(client.create(configMaps, one, { manager: 'evenkeel' }))
      await waitFor(() => proxy.received > before)
      await clock.advance(60_000)
      expect((await failing).code).toBe('timeout')
      expect((await client.get(configMaps, 'shop', 'a'))?.metadata.name).toBe('a')
      expect(proxy.accepted).toBe(2)
    } finally {
      await client.close()
      await proxy.stop()
    }
  })

  test('one that broke is opened again, and a read on it repeated', async () => {
    server.script((_request, answer) => {
      if (server.requests.length === 2) server.dropConnections()
      else answer.json(configMap('a', 5))
    })
    await client.get(configMaps, 'shop', 'a')
    expect((await client.get(configMaps, 'shop', 'a'))?.metadata.name).toBe('a')
    expect(server.connections).toBe(2)
  })

  test('one that broke under a create is told, and the create not repeated', async () => {
    server.script((_request, answer) => {
      if (server.requests.length === 2) server.dropConnections()
      else answer.json(configMap('a', 5))
    })
    await client.get(configMaps, 'shop', 'a')
    const failure = await failureIn(client.create(configMaps, one, { manager: 'evenkeel' }))
    expect(failure.code).toBe('unreachable')
    expect(server.requests).toHaveLength(2)
  })

  test('a closed client refuses, and closing twice does nothing', async () => {
    await client.close()
    await client.close()
    expect((await failureIn(client.version())).message).toContain('the client was closed')
  })

  test('an aborted request throws the reason of whoever aborted it', async () => {
    server.script(() => {})
    const controller = new AbortController()
    const listing = client.list(configMaps, { signal: controller.signal })
    await waitFor(() => server.requests.length === 1)
    controller.abort(new Error('enough'))
    await expect(listing).rejects.toThrow('enough')
  })
})
