import { expect, test } from 'vitest'
import { describeVersions } from './each-version.ts'
import { connectionBy, type Rig } from './rig.ts'

const id = (): string => Math.random().toString(36).slice(2, 8)

function definition(group: string, kind = 'Monitor', version = 'v1'): unknown {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const singular = kind.toLowerCase()
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: kind === 'ClusterExtension' ? 'Cluster' : 'Namespaced',
      names: { plural: `${singular}s`, singular, kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  }
}

const read = (r: Rig) =>
  r.until('classes are known', () => {
    const facts = r.clusterReport()?.facts
    return facts?.priorityClasses !== undefined && facts
  })

describeVersions('facts', (rig) => {
  test('a cluster tells its platform, what it serves, its classes and the capacity of its nodes', async () => {
    const r = await rig()
    const name = `node-${id()}`
    const storage = `fast-${id()}`
    await r.kubectlStdin('admin', { apiVersion: 'v1', kind: 'Node', metadata: { name } }, 'create')
    await r.kubectlStdin(
      'admin',
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: storage },
        provisioner: 'example.com/disk',
      },
      'create',
    )
    try {
      const status = JSON.stringify({ status: { capacity: { cpu: '3500m', memory: '8Gi', pods: '110' } } })
      await r.kubectl('admin', 'patch', 'node', name, '--subresource=status', '--type=merge', '-p', status)
      await r.restart()
      const facts = await r.until('the node is known', () => {
        const now = r.clusterReport()?.facts
        return now?.storageClasses?.includes(storage) === true && now
      })
      expect(facts.platform).toBe('kubernetes')
      expect(facts.apis['apps/v1']).toEqual(
        expect.arrayContaining(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']),
      )
      expect(facts.apis['v1']).toContain('ConfigMap')
      expect(facts.ingressClasses).toEqual([])
      expect(facts.priorityClasses).toContain('system-node-critical')
      expect(facts.namespaces).toBeGreaterThanOrEqual(4)
      expect(facts.operators).toEqual({})
      expect(facts.nodes).toBeGreaterThanOrEqual(1)
      expect(facts.capacity?.cpu).toBeGreaterThanOrEqual(3.5)
      expect(facts.capacity?.memory).toBeGreaterThanOrEqual(8 * 2 ** 30)
    } finally {
      await r.server.mustKubectl('admin', ['delete', 'node', name])
      await r.server.mustKubectl('admin', ['delete', 'storageclass', storage])
    }
  })

  test('a kind that comes and goes is known without a new connection, and OpenShift by what it serves', async () => {
    const r = await rig()
    const before = await read(r)
    const group = `facts-${id()}.example.com`
    const openShift = { ...(definition('config.openshift.io') as object) }
    await r.kubectlStdin('admin', definition(group), 'create')
    const after = await r.until('the kind is served', () => {
      const facts = r.clusterReport()?.facts
      return facts?.apis[`${group}/v1`] !== undefined && facts
    })
    expect(after.apis[`${group}/v1`]).toEqual(['Monitor'])
    expect(after.digest).not.toBe(before.digest)
    await r.server.mustKubectl('admin', ['delete', 'crd', `monitors.${group}`])
    await r.until('the kind is gone', () => r.clusterReport()?.facts?.apis[`${group}/v1`] === undefined)
    await r.kubectlStdin('admin', openShift, 'create')
    try {
      await r.until('it is OpenShift', () => r.clusterReport()?.facts?.platform === 'openshift')
    } finally {
      await r.server.mustKubectl('admin', ['delete', 'crd', 'monitors.config.openshift.io'])
    }
    await r.until('it is not any more', () => r.clusterReport()?.facts?.platform === 'kubernetes')
  })

  test('operators are known by what either form of the lifecycle manager has installed', async () => {
    const r = await rig()
    const crds = ['subscriptions.operators.coreos.com', 'clusterextensions.olm.operatorframework.io']
    const apply = (object: unknown) => r.kubectlStdin('admin', object, 'apply', '-n', r.namespace)
    await apply(definition('operators.coreos.com', 'Subscription', 'v1alpha1'))
    await apply(definition('olm.operatorframework.io', 'ClusterExtension'))
    try {
      await r.server.mustKubectl('admin', ['wait', '--for=condition=Established', 'crd', ...crds])
      for (const [name, status] of [
        ['cert-manager', { installedCSV: 'cert-manager.v1.15.0' }],
        ['tekton', {}],
      ] as const) {
        const spec = { name, channel: 'stable', source: 'community' }
        await apply({
          apiVersion: 'operators.coreos.com/v1alpha1',
          kind: 'Subscription',
          metadata: { name },
          spec,
          status,
        })
      }
      await apply({
        apiVersion: 'olm.operatorframework.io/v1',
        kind: 'ClusterExtension',
        metadata: { name: 'argocd' },
        spec: { source: { sourceType: 'Catalog', catalog: { packageName: 'argocd-operator' } } },
        status: { install: { bundle: { name: 'argocd-operator.v0.6.0', version: '0.6.0' } } },
      })
      await r.restart()
      const { operators } = await r.until('operators are known', () => {
        const facts = r.clusterReport()?.facts
        return facts?.operators?.['argocd-operator'] !== undefined && facts
      })
      expect(operators).toEqual({
        'argocd-operator': '0.6.0',
        'cert-manager': '1.15.0',
        tekton: 'not installed',
      })
    } finally {
      await r.server.mustKubectl('admin', ['delete', 'crd', ...crds])
    }
  })

  test('what the rights do not reach is left out, and not told as none', async () => {
    const outer = await rig()
    const account = `reader-${id()}`
    const namespace = ['-n', outer.namespace]
    const { server } = outer
    await server.mustKubectl('admin', ['create', 'serviceaccount', account, ...namespace])
    const rights = ['--verb=get,list,watch', '--resource=namespaces,priorityclasses.scheduling.k8s.io']
    await server.mustKubectl('admin', ['create', 'clusterrole', account, ...rights])
    const who = [`--clusterrole=${account}`, `--serviceaccount=${outer.namespace}:${account}`]
    await server.mustKubectl('admin', ['create', 'clusterrolebinding', account, ...who])
    const token = (await server.mustKubectl('admin', ['create', 'token', account, ...namespace])).trim()
    const kubeconfig = JSON.parse(server.kubeconfig('evenkeel')) as { users: { user: { token: string } }[] }
    for (const { user } of kubeconfig.users) user.token = token
    const r = await rig({ connect: () => connectionBy(JSON.stringify(kubeconfig)) })
    const facts = await read(r)
    expect([facts.nodes, facts.capacity, facts.storageClasses, facts.ingressClasses]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    )
    expect(facts.apis['apps/v1']).toContain('Deployment')
    // It may not watch definitions either: that is told, and is not what this is about.
    r.failures.length = 0
    await server.mustKubectl('admin', ['delete', 'clusterrole,clusterrolebinding', account])
  })
})
