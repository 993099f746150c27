import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { keyOf, type KubeObject, valueAt } from '../../src/core/object/index.ts'
import { type ApiServer, attachApiServer, startApiServer } from '../../tools/kubernetes/index.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { describeVersions } from './each-version.ts'
import { KeptRecords } from './kept-records.ts'
import { connectionBy, startRig } from './rig.ts'

const rbac = 'rbac.authorization.k8s.io'
const rbacKinds = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const
const always = [...rbacKinds, 'ResourceQuota'] as const

function binding(name: string, role: string, user = 'carol'): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', apiGroup: rbac, name: user }],
  }
}

const quota: KubeObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team' },
  spec: { hard: { pods: '10', 'requests.cpu': '2' } },
}

describeVersions('recording', (rig) => {
  test('tells every role, binding and quota, managed or not, as they come, change and go', async () => {
    const records = new KeptRecords()
    const r = await rig({ records })
    await r.until('all is recorded', () => records.isComplete(...always))
    expect(records.objects.has(`${rbac}/ClusterRole//cluster-admin`)).toBe(true)
    // What stood there at the first look is no change.
    expect(records.told.every(({ isChange }) => !isChange)).toBe(true)

    const key = keyOf({ group: rbac, kind: 'RoleBinding', namespace: r.namespace, name: 'on-call' })
    await r.kubectlStdin('alice', binding('on-call', 'view'), 'create')
    const came = await r.until('it came', () => records.of(key)[0])
    expect(came).toMatchObject({ isChange: true, writer: { manager: 'kubectl-create', kind: 'human' } })
    expect(came.now?.content).toEqual({
      ...binding('on-call', 'view'),
      metadata: { name: 'on-call', namespace: r.namespace },
    })
    await r.kubectl('alice', 'label', 'rolebinding', 'on-call', 'team=a')
    await r.until('it changed', () => records.of(key).length === 2)
    expect(valueAt(records.objects.get(key)?.content ?? {}, 'metadata', 'labels')).toEqual({ team: 'a' })
    await r.kubectl('alice', 'delete', 'rolebinding', 'on-call')
    await r.until('it went', () => records.of(key).at(-1)?.now === undefined)
  })

  test('tells a quota with the use that the cluster counted, and an unknown use as unknown', async () => {
    const records = new KeptRecords()
    const r = await rig({ records })
    const key = keyOf({ group: '', kind: 'ResourceQuota', namespace: r.namespace, name: 'team' })
    await r.kubectlStdin('alice', quota, 'create')
    const first = await r.until('it is recorded', () => records.objects.get(key))
    expect(first.quota?.map(({ used, full }) => [used, full])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
    const status = { hard: { pods: '10', 'requests.cpu': '2' }, used: { pods: '9', 'requests.cpu': '500m' } }
    await r.kubectl(
      'admin',
      'patch',
      'resourcequota',
      'team',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    )
    const counted = await r.until('its use is recorded', () => {
      const now = records.objects.get(key)
      return now?.quota?.[0]?.used === undefined ? undefined : now
    })
    expect(Object.fromEntries(counted.quota?.map(({ resource, full }) => [resource, full]) ?? [])).toEqual({
      pods: 0.9,
      'requests.cpu': 0.25,
    })
    // Use is no part of what somebody wrote.
    expect(counted.hash).toBe(first.hash)
  })

  test('after a restart tells what changed meanwhile and what is gone, and nothing else', async () => {
    const records = new KeptRecords()
    const r = await rig({ records })
    for (const name of ['stays', 'changes', 'goes']) {
      await r.kubectlStdin('alice', binding(name, 'view'), 'create')
    }
    const keys = ['stays', 'changes', 'goes', 'comes'].map((name) =>
      keyOf({ group: rbac, kind: 'RoleBinding', namespace: r.namespace, name }),
    )
    await r.until('all is recorded', () => records.isComplete(...always))
    await r.until('they are recorded', () => keys.slice(0, 3).every((key) => records.objects.has(key)))
    await r.restart({
      meanwhile: async () => {
        records.told.length = 0
        records.kinds.clear()
        await r.kubectl('bob', 'label', 'rolebinding', 'changes', 'team=a')
        await r.kubectl('bob', 'delete', 'rolebinding', 'goes')
        await r.kubectlStdin('bob', binding('comes', 'edit'), 'create')
      },
    })
    await r.until('all is recorded again', () => records.isComplete(...always))
    const mine = records.told.filter(({ key }) => keys.includes(key))
    const seen = mine.map(({ key, now }) => `${key.split('/').at(-1)} ${now !== undefined}`)
    expect(seen.toSorted()).toEqual(['changes true', 'comes true', 'goes false'])
    // Found afterwards: who it was is deduced.
    expect(mine.every(({ isChange, writer }) => isChange && writer.sure === 'inferred')).toBe(true)
  })
})

describe('recording on a cluster that lets little be read', () => {
  test('says what may not be read, and gives it up instead of asking again and again', async () => {
    const [address] = inject('clusters')
    if (address === undefined) throw new Error('there is a server')
    const server = await attachApiServer(address)
    const id = randomUUID().slice(0, 8)
    const role = {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: `quotas-${id}` },
      rules: [
        { apiGroups: [''], resources: ['resourcequotas'], verbs: ['list', 'watch'] },
        { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
      ],
    }
    const bound = {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: `quotas-${id}` },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: `quotas-${id}` },
      subjects: [{ kind: 'User', apiGroup: rbac, name: `looker-${id}` }],
    }
    for (const object of [role, bound]) {
      await server.mustKubectl('admin', ['create', '-f', '-'], JSON.stringify(object))
    }
    const records = new KeptRecords()
    const connection = await connectionBy(server.kubeconfig('admin'))
    const connect = async () => ({ ...connection, identity: { user: `looker-${id}` } })
    const r = await startRig(server, { records, connect })
    try {
      await r.until('quotas are recorded', () => records.isComplete('ResourceQuota'))
      await r.until('the others are said to be unreadable', () =>
        rbacKinds.every((kind) => records.kinds.get(kind)?.state === 'unreadable'),
      )
      expect(records.kinds.get('Role')?.reason).toContain('forbidden')
      expect(records.kinds.get('SecurityContextConstraints')?.state).toBe('not-served')
      expect([...records.objects.keys()].some((key) => key.includes('/ClusterRole/'))).toBe(false)
    } finally {
      await r.close()
    }
  })
})

describe.each(['RequestResponse', 'Metadata'] as const)('recording with audit at %s', (level) => {
  let server: ApiServer
  beforeAll(async () => {
    server = await startApiServer({ version: '1.36', audit: level })
  })
  afterAll(() => server.stop())

  test('names the person who changed a binding, and who deleted it', async () => {
    const records = new KeptRecords()
    const r = await startRig(server, { records, audit: true })
    try {
      await r.until('all is recorded', () => records.isComplete(...always))
      const key = keyOf({ group: rbac, kind: 'RoleBinding', namespace: r.namespace, name: 'on-call' })
      await r.kubectlStdin('alice', binding('on-call', 'view'), 'create')
      const came = await r.until('alice is named', () =>
        records.of(key).findLast(({ now, writer }) => now !== undefined && writer.person !== undefined),
      )
      expect(came.writer).toMatchObject({
        person: 'alice',
        sure: level === 'RequestResponse' ? 'exact' : 'observed',
      })
      await r.kubectl('bob', 'delete', 'rolebinding', 'on-call')
      const went = await r.until('bob is named', () =>
        records.of(key).findLast(({ now, writer }) => now === undefined && writer.person !== undefined),
      )
      expect(went.writer.person).toBe('bob')
    } finally {
      await r.close()
    }
  })
})

describe('recording on a cluster with groups of its own, as OpenShift has them', () => {
  let server: ApiServer
  beforeAll(async () => {
    server = await startApiServer({ version: '1.36' })
  })
  afterAll(() => server.stop())

  test('tells the groups, and takes up a kind that is served from some time on', async () => {
    const clock = new WarpedClock()
    const records = new KeptRecords()
    const r = await startRig(server, { records, clock })
    try {
      await r.until('all is recorded', () => records.isComplete(...always))
      expect(records.kinds.get('Group')?.state).toBe('not-served')
      await server.mustKubectl('admin', ['create', '-f', '-'], JSON.stringify(groupDefinition))
      await server.mustKubectl('admin', ['wait', '--for=condition=Established', 'crd', '--all'])
      const group = {
        apiVersion: 'user.openshift.io/v1',
        kind: 'Group',
        metadata: { name: 'team' },
        users: ['alice'],
      }
      await r.until('it can be created', () =>
        server.mustKubectl('admin', ['create', '-f', '-'], JSON.stringify(group)).then(
          () => true,
          () => false,
        ),
      )
      // The cluster is looked at again each minute.
      await clock.pass(67_000)
      const told = await r.until('it is recorded', () => records.objects.get('user.openshift.io/Group//team'))
      expect(told.content).toEqual(group)
      expect(records.isComplete('Group')).toBe(true)
    } finally {
      await r.close()
    }
  })
})

const groupDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'groups.user.openshift.io' },
  spec: {
    group: 'user.openshift.io',
    scope: 'Cluster',
    names: { plural: 'groups', singular: 'group', kind: 'Group', listKind: 'GroupList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}
