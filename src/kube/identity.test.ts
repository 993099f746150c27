import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, configMap, configMaps, failureIn } from '../../test/faults/scripted-client.ts'
import { ScriptedServer } from '../../test/faults/scripted-server.ts'
import { FakeClock } from '../runtime/index.ts'
import type { ClusterClient } from './index.ts'

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

describe('acting as somebody else', () => {
  test('sends user, groups, uid and extra on the connection of the client', async () => {
    server.script((_request, answer) => answer.json(configMap('a', 5)))
    await client.get(configMaps, 'shop', 'a')
    const jane = client.as({ user: 'jane', groups: ['dev', 'ops'], uid: 'u7', extra: { 'a.b/c': ['x'] } })
    await jane.get(configMaps, 'shop', 'a')
    expect(server.connections).toBe(1)
    expect(server.requests[0]?.headers).not.toHaveProperty('impersonate-user')
    expect(server.requests[1]?.headers).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': 'dev, ops',
      'impersonate-uid': 'u7',
      'impersonate-extra-a.b%2fc': 'x',
    })
  })

  test('closing the view leaves the client open', async () => {
    server.script((_request, answer) => answer.json(configMap('a', 5)))
    await client.as({ user: 'jane' }).close()
    expect(await client.get(configMaps, 'shop', 'a')).toBeDefined()
  })

  test.each([
    ['an empty user', { user: '' }],
    ['a blank user', { user: '  ' }],
    ['an empty group', { user: 'jane', groups: [''] }],
    ['a line end in the user', { user: 'jane\r\nImpersonate-Group: system:masters' }],
    ['a line end in an extra value', { user: 'jane', extra: { a: ['x\nimpersonate-user: y'] } }],
    ['a reserved user', { user: 'system:admin' }],
    ['a reserved group', { user: 'jane', groups: ['system:masters'] }],
    ['a reserved group in other case', { user: 'jane', groups: ['System:masters'] }],
  ])('safety 24, 25: %s is refused', (_what, identity) => {
    expect(() => client.as(identity)).toThrow(expect.objectContaining({ code: 'refused-identity' }))
  })

  test('a service account is allowed where the caller says so', () => {
    expect(client.as({ user: 'system:serviceaccount:shop:deployer' }, { allowReserved: true })).toBeDefined()
  })
})

describe('the identity of a cluster', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-1' } }

  test('is its ClusterProperty where that is served', async () => {
    server.script(({ path }, answer) => {
      if (path === '/apis/about.k8s.io/v1alpha1') answer.json({ kind: 'APIResourceList' })
      else if (path.endsWith('/cluster.clusterset.k8s.io')) answer.json({ spec: { value: 'prod-1' } })
      else answer.json(namespace)
    })
    expect(await client.clusterId()).toBe('prod-1')
  })

  test('is the uid of kube-system elsewhere, and another one is told as wrong', async () => {
    server.script(({ path }, answer) => {
      if (path.startsWith('/apis/about')) answer.text('404 page not found', 404)
      else answer.json(namespace)
    })
    expect(await client.clusterId()).toBe('uid-1')
    await client.confirmCluster('uid-1')
    expect((await failureIn(client.confirmCluster('uid-2'))).code).toBe('wrong-cluster')
  })

  test('is not guessed when the property may not be read', async () => {
    server.script(({ path }, answer) => {
      if (path === '/apis/about.k8s.io/v1alpha1') answer.json({ kind: 'APIResourceList' })
      else if (path.endsWith('/cluster.clusterset.k8s.io')) answer.status(403, 'Forbidden', 'no')
      else answer.json(namespace)
    })
    expect((await failureIn(client.clusterId())).code).toBe('forbidden')
  })
})
