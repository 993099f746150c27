import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf } from '../../../test/faults/scripted-client.ts'
import { ScriptedServer } from '../../../test/faults/scripted-server.ts'
import type { ClusterClient } from '../index.ts'

let server: ScriptedServer
let client: ClusterClient
beforeEach(async () => {
  server = await ScriptedServer.start()
  client = await clientOf(server.kubeconfig())
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

const verbs = ['get', 'list', 'watch']

function group(name: string, version: string, freshness: string, resources: object[]): object {
  return { metadata: { name }, versions: [{ version, freshness, resources }] }
}

function kind(resource: string, kindName: string, scope = 'Namespaced'): object {
  return {
    resource,
    responseKind: { kind: kindName },
    scope,
    singularResource: kindName.toLowerCase(),
    verbs,
  }
}

const list = (items: object[]): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items,
})

describe('aggregated discovery', () => {
  test('tells kinds, their scope and their subresources', async () => {
    const deployments = {
      ...kind('deployments', 'Deployment'),
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: [{ subresource: 'scale' }, { subresource: 'status' }],
    }
    server.script(({ path, headers }, answer) => {
      expect(headers.accept).toContain('as=APIGroupDiscoveryList')
      answer.json(
        list(
          path === '/api'
            ? [group('', 'v1', 'Current', [kind('nodes', 'Node', 'Cluster')])]
            : [group('apps', 'v1', 'Current', [deployments])],
        ),
      )
    })
    const discovery = await client.discover()
    expect(server.requests).toHaveLength(2)
    expect(discovery.failed).toEqual([])
    expect(discovery.find('', 'Node')).toMatchObject({ plural: 'nodes', version: 'v1', namespaced: false })
    expect(discovery.find('apps', 'Deployment')).toEqual({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      plural: 'deployments',
      singular: 'deployment',
      namespaced: true,
      verbs,
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: ['scale', 'status'],
    })
    expect(discovery.find('apps', 'Deployment', 'v2')).toBeUndefined()
    expect(discovery.gapFor('apps', 'ReplicaSet')).toBeUndefined()
  })

  test('incident 15: a stale group is a gap: its kinds are unknown, not absent', async () => {
    server.script(({ path }, answer) =>
      answer.json(
        list(
          path === '/api'
            ? []
            : [group('metrics.k8s.io', 'v1beta1', 'Stale', []), group('apps', 'v1', 'Current', [])],
        ),
      ),
    )
    const discovery = await client.discover()
    expect(discovery.failed.map((gap) => gap.groupVersion)).toEqual(['metrics.k8s.io/v1beta1'])
    expect(discovery.find('metrics.k8s.io', 'NodeMetrics')).toBeUndefined()
    expect(discovery.gapFor('metrics.k8s.io', 'NodeMetrics')?.groupVersion).toBe('metrics.k8s.io/v1beta1')
    expect(discovery.gapFor('metrics.k8s.io', 'NodeMetrics', 'v1beta1')).toBeDefined()
    expect(discovery.gapFor('metrics.k8s.io', 'NodeMetrics', 'v1')).toBeUndefined()
    expect(discovery.gapFor('apps', 'Deployment')).toBeUndefined()
  })

  test('clusters that answer the same share one value, and one that answers otherwise has its own', async () => {
    const other = await ScriptedServer.start()
    const another = await clientOf(other.kubeconfig())
    try {
      const answers = (resource: object) => (path: string) =>
        list(path === '/api' ? [group('', 'v1', 'Current', [resource])] : [])
      let elsewhere = answers(kind('nodes', 'Node', 'Cluster'))
      server.script(({ path }, answer) => answer.json(answers(kind('nodes', 'Node', 'Cluster'))(path)))
      other.script(({ path }, answer) => answer.json(elsewhere(path)))
      const discovery = await client.discover()
      expect(await another.discover()).toBe(discovery)
      elsewhere = answers(kind('pods', 'Pod'))
      const changed = await another.discover()
      expect(changed.find('', 'Node')).toBeUndefined()
      expect(changed.find('', 'Pod')).toBeDefined()
      expect(discovery.find('', 'Pod')).toBeUndefined()
    } finally {
      await another.close()
      await other.stop()
    }
  })

  test('incident 15: one of the two roots that fails is no discovery at all', async () => {
    server.script(({ path }, answer) => {
      if (path === '/api') answer.json(list([]))
      else answer.status(500, 'InternalError', 'because')
    })
    await expect(client.discover()).rejects.toMatchObject({ code: 'server-error' })
  })

  test('incident 3: an answer that is something else is no discovery of nothing', async () => {
    server.script((_request, answer) => answer.json({ kind: 'Status' }))
    await expect(client.discover()).rejects.toMatchObject({ code: 'bad-answer' })
  })
})

describe('discovery of a server without aggregation', () => {
  test('asks each group-version, the preferred one first, and a failing one is a gap', async () => {
    server.script(({ path }, answer) => {
      const resources = (name: string, kindName: string): object => ({
        kind: 'APIResourceList',
        resources: [
          { name, kind: kindName, namespaced: true, singularName: '', verbs },
          { name: `${name}/status`, kind: kindName, namespaced: true, verbs },
        ],
      })
      if (path === '/api') answer.json({ kind: 'APIVersions', versions: ['v1'] })
      else if (path === '/apis') {
        answer.json({
          kind: 'APIGroupList',
          groups: [
            {
              name: 'x.io',
              versions: [{ version: 'v1beta1' }, { version: 'v1' }],
              preferredVersion: { version: 'v1' },
            },
            { name: 'metrics.k8s.io', versions: [{ version: 'v1beta1' }] },
          ],
        })
      } else if (path === '/api/v1') answer.json(resources('configmaps', 'ConfigMap'))
      else if (path.startsWith('/apis/x.io')) answer.json(resources('widgets', 'Widget'))
      else answer.status(503, 'ServiceUnavailable', 'the server is currently unable to handle the request')
    })
    const discovery = await client.discover()
    expect(discovery.find('', 'ConfigMap')?.subresources).toEqual(['status'])
    expect(discovery.find('x.io', 'Widget')?.version).toBe('v1')
    expect(discovery.find('x.io', 'Widget', 'v1beta1')).toBeDefined()
    expect(discovery.failed.map((gap) => gap.groupVersion)).toEqual(['metrics.k8s.io/v1beta1'])
    expect(discovery.gapFor('metrics.k8s.io', 'PodMetrics')?.message).toContain('currently unable')
  })
})

describe('OpenAPI documents', () => {
  test('are read when asked for, and again only when their hash has changed', async () => {
    let hash = 'h1'
    server.script(({ path, headers }, answer) => {
      if (path === '/openapi/v3') {
        if (headers['if-none-match'] === `"${hash}"`) answer.text('', 304)
        else {
          const address = `/openapi/v3/apis/apps/v1?hash=${hash}`
          answer.json({ paths: { 'apis/apps/v1': { serverRelativeURL: address } } }, 200, {
            etag: `"${hash}"`,
          })
        }
      } else {
        answer.json({ openapi: '3.0.0', info: { title: hash } })
      }
    })
    const first = await client.openApi('apps/v1')
    expect(first?.hash).toBe('h1')
    expect(first?.document()).toEqual({ openapi: '3.0.0', info: { title: 'h1' } })
    expect(await client.openApi('apps/v1', 'h1')).toBeUndefined()
    expect(server.asked('/openapi/v3/apis/apps/v1')).toHaveLength(1)
    hash = 'h2'
    const changed = await client.openApi('apps/v1', 'h1')
    expect(changed?.hash).toBe('h2')
    expect(changed?.digest).not.toBe(first?.digest)
    expect(server.asked('/openapi/v3/apis/apps/v1').map((request) => request.query.get('hash'))).toEqual([
      'h1',
      'h2',
    ])
    await expect(client.openApi('batch/v1')).rejects.toMatchObject({ code: 'unknown-kind' })
  })
})
