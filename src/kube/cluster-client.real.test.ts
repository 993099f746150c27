import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { clientOf, configMaps, failureIn, secrets } from '../../test/faults/scripted-client.ts'
import { type AttachedApiServer, attachApiServer } from '../../tools/kubernetes/index.ts'
import type { KubeObject } from '../core/object/index.ts'
import type { ClusterClient, Discovery, ResourceRef } from './index.ts'

const deployments: ResourceRef = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
}
const namespaces: ResourceRef = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
}

describe.each(inject('clusters').map((address) => [address.version, address] as const))(
  'an API server of %s',
  (_version, address) => {
    let server: AttachedApiServer
    let client: ClusterClient
    const namespace = `kube-${randomUUID().slice(0, 8)}`

    beforeAll(async () => {
      server = await attachApiServer(address)
      client = await clientOf(server.kubeconfig('evenkeel'))
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
      await client.create(namespaces, object, { manager: 'evenkeel' })
    })
    afterAll(() => client.close())

    function configMap(name: string, data: object, labels = {}): KubeObject {
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data }
    }

    const apply = (
      object: KubeObject,
      manager = 'evenkeel',
      force = false,
    ): Promise<{ object: KubeObject; created: boolean }> =>
      client.apply(configMaps, object, { manager, force })

    test('tells its version and an identity that stays', async () => {
      const { major, minor, emulated } = await client.version()
      expect(emulated ?? `${major}.${minor}`).toBe(address.version)
      const id = await client.clusterId()
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      await client.confirmCluster(id)
      expect((await failureIn(client.confirmCluster(randomUUID()))).code).toBe('wrong-cluster')
    })

    test('serves the kinds that kubectl sees, with nothing unknown', async () => {
      const discovery: Discovery = await client.discover()
      expect(discovery.failed).toEqual([])
      const seen = await server.mustKubectl('evenkeel', ['api-resources', '--no-headers', '-o', 'name'])
      const names = new Set(
        discovery.resources.map(({ plural, group }) => (group === '' ? plural : `${plural}.${group}`)),
      )
      expect(
        seen
          .trim()
          .split('\n')
          .filter((name) => !names.has(name)),
      ).toEqual([])
      expect(discovery.find('apps', 'Deployment')).toMatchObject({
        ...deployments,
        shortNames: ['deploy'],
        subresources: ['scale', 'status'],
      })
    })

    test('gives its OpenAPI by group-version', async () => {
      const found = await client.openApi('apps/v1')
      expect(found?.hash).toMatch(/^[0-9A-F]{128}$/)
      expect(found?.document()).toHaveProperty(['components', 'schemas', 'io.k8s.api.apps.v1.Deployment'])
      expect(await client.openApi('apps/v1', found?.hash)).toBeUndefined()
    })

    test('applies: created, unchanged, refused with every owner, forced', async () => {
      const first = await apply(configMap('applied', { a: '1', b: '1' }))
      expect(first.created).toBe(true)
      const again = await apply(configMap('applied', { a: '1', b: '1' }))
      expect(again.created).toBe(false)
      expect(again.object.metadata.resourceVersion).toBe(first.object.metadata.resourceVersion)
      await server.mustKubectl('alice', [
        'patch',
        'cm',
        'applied',
        '-n',
        namespace,
        '-p',
        '{"data":{"b":"2"}}',
      ])
      const refused = await failureIn(apply(configMap('applied', { a: '2', b: '3' }), 'other'))
      expect(refused.code).toBe('apply-conflict')
      expect(refused.conflicts.map(({ path, manager, apiVersion }) => [path, manager, apiVersion])).toEqual(
        expect.arrayContaining([
          ['.data.a', 'evenkeel', undefined],
          ['.data.b', 'kubectl-patch', 'v1'],
        ]),
      )
      const forced = await apply(configMap('applied', { a: '2', b: '3' }), 'other', true)
      expect(forced.object.data).toEqual({ a: '2', b: '3' })
    })

    test('tells the owner of a scaled Deployment with its subresource', async () => {
      const spec = (replicas: number): object => ({
        replicas,
        selector: { matchLabels: { app: 'w' } },
        template: { metadata: { labels: { app: 'w' } }, spec: { containers: [{ name: 'w', image: 'w:1' }] } },
      })
      const deployment = (replicas: number): KubeObject => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace },
        spec: spec(replicas),
      })
      await client.apply(deployments, deployment(1), { manager: 'evenkeel', force: false })
      await server.mustKubectl('alice', ['scale', 'deploy/web', '--replicas=4', '-n', namespace])
      const refused = await failureIn(
        client.apply(deployments, deployment(2), { manager: 'evenkeel', force: false }),
      )
      expect(refused.conflicts).toEqual([
        {
          path: '.spec.replicas',
          manager: 'kubectl',
          apiVersion: 'apps/v1',
          subresource: 'scale',
          time: undefined,
        },
      ])
    })

    test('engine F15: a dry-run stores nothing, and warns and validates as asked', async () => {
      const options = { manager: 'evenkeel', force: false, dryRun: true } as const
      const dry = await client.apply(configMaps, configMap('dry', { a: '1' }), options)
      expect(dry.object.metadata.uid).toBeDefined()
      expect(dry.object.metadata.resourceVersion).toBeUndefined()
      expect(await client.get(configMaps, namespace, 'dry')).toBeUndefined()
      const odd = { ...configMap('odd', {}), oddField: 1 } as KubeObject
      const create = { manager: 'evenkeel', dryRun: true } as const
      const warned = await client.create(configMaps, odd, { ...create, fieldValidation: 'Warn' })
      expect(warned.warnings).toEqual(['unknown field "oddField"'])
      expect(
        (await failureIn(client.create(configMaps, odd, { ...create, fieldValidation: 'Strict' }))).code,
      ).toBe('invalid')
      expect(await failureIn(client.apply(configMaps, odd, options))).toMatchObject({
        code: 'invalid',
        retryable: false,
      })
    })

    test('engine F16g: an apply with a revision creates what is absent, unless a uid goes with it', async () => {
      const { object } = await apply(configMap('carried', { a: '1' }))
      const { uid = '', resourceVersion = '' } = object.metadata
      await client.delete(configMaps, namespace, 'carried', { uid })
      const carried = configMap('carried', { a: '2' })
      const withUid = { ...carried, metadata: { ...carried.metadata, uid, resourceVersion } }
      expect((await failureIn(apply(withUid))).code).toBe('conflict')
      const withRevision = { ...carried, metadata: { ...carried.metadata, resourceVersion } }
      expect((await apply(withRevision)).created).toBe(true)
    })

    test('incident 20: deletes only the object, and the state, that is meant', async () => {
      const { object } = await apply(configMap('gone', { a: '1' }))
      const { uid = '', resourceVersion = '' } = object.metadata
      await apply(configMap('gone', { a: '2' }))
      expect(
        (await failureIn(client.delete(configMaps, namespace, 'gone', { uid: randomUUID() }))).code,
      ).toBe('conflict')
      expect(
        (await failureIn(client.delete(configMaps, namespace, 'gone', { uid, resourceVersion }))).code,
      ).toBe('conflict')
      expect((await client.delete(configMaps, namespace, 'gone', { uid })).gone).toBe(true)
      expect((await failureIn(client.delete(configMaps, namespace, 'gone', { uid }))).code).toBe('not-found')
      expect(await client.get(configMaps, namespace, 'gone')).toBeUndefined()
    })

    test('a delete that a finalizer holds up is not gone', async () => {
      const held = configMap('held', {})
      const { object } = await apply({
        ...held,
        metadata: { ...held.metadata, finalizers: ['example.com/hold'] },
      })
      const { uid = '' } = object.metadata
      expect((await client.delete(configMaps, namespace, 'held', { uid })).gone).toBe(false)
      const free = [{ op: 'remove', path: '/metadata/finalizers' }]
      await client.patch(configMaps, namespace, 'held', 'json', free, { manager: 'evenkeel' })
      expect(await client.get(configMaps, namespace, 'held')).toBeUndefined()
    })

    test('absence of an object is a value; of its namespace and of its kind it is not', async () => {
      expect(await client.get(configMaps, namespace, 'nobody')).toBeUndefined()
      expect(await client.get(configMaps, 'no-such-namespace', 'nobody')).toBeUndefined()
      const lost = configMap('lost', {})
      const elsewhere = { ...lost, metadata: { ...lost.metadata, namespace: 'no-such-namespace' } }
      expect((await failureIn(apply(elsewhere))).code).toBe('not-found')
      for (const group of ['', 'apps', 'nobody.example.com']) {
        const unknown = { ...configMaps, group, kind: 'Nothing', plural: 'nothings' }
        expect((await failureIn(client.get(unknown, namespace, 'nobody'))).code).toBe('unknown-kind')
        expect((await failureIn(client.list(unknown))).code).toBe('unknown-kind')
      }
    })

    test('lists in pages at one revision, whole objects or metadata only', async () => {
      const names = Array.from({ length: 25 }, (_, index) => `page-${String(index).padStart(2, '0')}`)
      await Promise.all(names.map((name) => apply(configMap(name, { a: '1' }, { test: 'pages' }))))
      const selection = { namespace, labelSelector: 'test=pages', limit: 10 }
      let pages = 0
      for await (const page of client.listPages(configMaps, selection)) {
        pages += 1
        // A write between two pages does not show in the list.
        if (page.items[0]?.metadata.name === names[0])
          await apply(configMap('page-99', {}, { test: 'pages' }))
      }
      expect(pages).toBe(3)
      const { items } = await client.list(configMaps, { ...selection, metadataOnly: true })
      expect(items.map((item) => item.metadata.name)).toEqual([...names, 'page-99'])
      expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
      expect(items[0]).not.toHaveProperty('data')
      expect(items[0]?.metadata.managedFields).toBeDefined()
    })

    test('safety 44: no refusal of a Secret repeats what it holds', async () => {
      const canary = `canary${randomUUID().slice(0, 8)}`
      const value = Buffer.from(canary).toString('base64')
      const metadata = { name: 'masked', namespace }
      const secret = (fields: object): KubeObject => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        ...fields,
      })
      const bad = [
        secret({ data: { [`bad key ${canary}!`]: value } }),
        secret({ data: { key: `not base64 ${canary}!` } }),
        secret({ stringData: { key: { [canary]: canary } } }),
        secret({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': value } }),
      ]
      for (const object of bad) {
        const failures = [
          await failureIn(client.create(secrets, object, { manager: 'evenkeel', fieldValidation: 'Strict' })),
          await failureIn(client.apply(secrets, object, { manager: 'evenkeel', force: true })),
        ]
        for (const { message, details } of failures) {
          const told = JSON.stringify([message, details.map((detail) => detail.message)])
          expect(told.replaceAll(`data[bad key ${canary}!]`, '')).not.toMatch(
            new RegExp(`${canary}|${value}`),
          )
        }
      }
    })

    test('names every field that it rejects', async () => {
      const metadata = { name: 'wrong', namespace }
      const wrong: KubeObject = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: { replicas: -1, template: {} },
      }
      const refused = await failureIn(client.apply(deployments, wrong, { manager: 'evenkeel', force: false }))
      expect(refused).toMatchObject({ code: 'invalid', status: 422, retryable: false })
      expect(refused.details.map((detail) => detail.where)).toEqual(
        expect.arrayContaining(['spec.replicas', 'spec.selector']),
      )
    })

    test('lets an administrator act as somebody else, under names of any script', async () => {
      const admin = await clientOf(server.kubeconfig('admin'))
      const review: ResourceRef = {
        group: 'authentication.k8s.io',
        version: 'v1',
        kind: 'SelfSubjectReview',
        plural: 'selfsubjectreviews',
        namespaced: false,
      }
      try {
        const identity = { user: 'jörg@例え.jp', groups: ['people'], extra: { 'Example.com/Team': ['ü'] } }
        const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} }
        const { object } = await admin.as(identity).create(review, asked as KubeObject, { manager: 'x' })
        expect(object.status).toEqual({
          userInfo: {
            username: 'jörg@例え.jp',
            groups: ['people', 'system:authenticated'],
            extra: { 'example.com/team': ['ü'] },
          },
        })
      } finally {
        await admin.close()
      }
    })

    test('refuses a wrong token and a right one without rights', async () => {
      const text = server.kubeconfig('evenkeel').replace('evenkeel-token', 'wrong-token')
      const stranger = await clientOf(text)
      const nobody = (await clientOf(server.kubeconfig('admin'))).as({ user: 'nobody' })
      try {
        expect((await failureIn(stranger.list(configMaps))).code).toBe('unauthorized')
        expect((await failureIn(nobody.list(configMaps, { namespace }))).code).toBe('forbidden')
      } finally {
        await Promise.all([stranger.close(), nobody.exchange.transport.close()])
      }
    })
  },
)
