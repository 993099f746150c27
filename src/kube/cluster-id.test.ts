import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientOf, configMap, configMaps, Recorder } from '../../test/faults/scripted-client.ts'
import { type Script, ScriptedServer } from '../../test/faults/scripted-server.ts'
import { waitFor } from '../../test/faults/wait-for.ts'
import { FakeClock } from '../runtime/index.ts'
import { type ClusterClient, watchObjects } from './index.ts'

let server: ScriptedServer
let client: ClusterClient
let clock: FakeClock
let uid: string
let refusals: number

beforeEach(async () => {
  server = await ScriptedServer.start()
  clock = new FakeClock()
  client = await clientOf(server.kubeconfig(), { clock })
  uid = 'one'
  refusals = 0
  server.script(cluster)
})

afterEach(async () => {
  await client.close()
  await server.stop()
})

const anchor = '/api/v1/namespaces/kube-system'

/** A cluster of one object, with the identity of now. */
const cluster: Script = ({ path }, answer) => {
  if (path !== anchor) return answer.json(configMap('a', 5))
  if (refusals > 0) {
    refusals -= 1
    return answer.status(429, 'TooManyRequests', 'wait', {}, { 'retry-after': '1' })
  }
  if (uid === '') return answer.status(404, 'NotFound', 'namespaces "kube-system" not found')
  return answer.json({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid } })
}

const paths = (): string[] => server.requests.map(({ path }) => path)

test('a pinned client asks each new connection for its cluster, once and before anything else', async () => {
  client.pin('one')
  await Promise.all(Array.from({ length: 5 }, () => client.get(configMaps, 'shop', 'a')))
  expect(paths().filter((path) => path === anchor)).toHaveLength(1)
  expect(paths()[0]).toBe(anchor)
  server.dropConnections()
  await client.get(configMaps, 'shop', 'a')
  expect(paths().filter((path) => path === anchor)).toHaveLength(2)
  expect(paths().slice(6)).toEqual([anchor, expect.stringContaining('/a')])
})

test.each([
  ['another cluster', 'two'],
  ['something that has no such namespace', ''],
])('a connection that leads to %s carries nothing, neither requests nor watches', async (_what, other) => {
  client.pin('one')
  await client.get(configMaps, 'shop', 'a')
  const before = server.requests.length
  uid = other
  server.dropConnections()
  await expect(client.get(configMaps, 'shop', 'a')).rejects.toMatchObject({ code: 'wrong-cluster' })
  await expect(client.delete(configMaps, 'shop', 'a', { uid: 'uid-a' })).rejects.toMatchObject({
    code: 'wrong-cluster',
  })
  const heard = new Recorder()
  const watch = watchObjects(client, configMaps, {}, heard)
  await waitFor(() => heard.states.at(-1)?.failure?.code === 'wrong-cluster')
  await watch.stop()
  expect(new Set(paths().slice(before))).toEqual(new Set([anchor]))
  uid = 'one'
  expect((await client.get(configMaps, 'shop', 'a'))?.metadata.name).toBe('a')
})

test('a server that is too busy to tell its identity is asked again when it said', async () => {
  const logged: string[] = []
  await client.close()
  client = await clientOf(server.kubeconfig(), { clock, log: (message) => logged.push(message) })
  client.pin('one')
  refusals = 1
  const reading = client.get(configMaps, 'shop', 'a')
  await waitFor(() => logged.length === 1)
  await clock.advance(2_000)
  expect((await reading)?.metadata.name).toBe('a')
})
