import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyOf, type KubeObject, valueAt } from '../../src/core/object/index.ts'
import {
  holds,
  type Person,
  personAs,
  questionText,
  readAccessQuestion,
  readBinding,
  readRules,
  whoCan,
} from '../../src/core/rbac/index.ts'
import { ClusterClient, type ResourceRef } from '../../src/kube/index.ts'
import { describeVersions } from './each-version.ts'
import { KeptRecords } from './kept-records.ts'
import { connectionBy } from './rig.ts'

const rbac = 'rbac.authorization.k8s.io'
const rbacKinds = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const

const reviews: ResourceRef = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
}

/** A few people, with the groups that their identity provider gives. */
const people = [
  personAs('dora'),
  personAs('erik', ['team']),
  personAs('frida', ['ops', 'team']),
  personAs('system:serviceaccount:default:default'),
  personAs('nobody'),
] as const

const questions = [
  ['get', 'pods', 'NS', ''],
  ['get', 'pods', 'NS', 'web'],
  ['get', 'pods/log', 'NS', ''],
  ['delete', 'pods', 'NS', ''],
  ['delete', 'pods', 'default', ''],
  ['create', 'pods/exec', 'NS', ''],
  ['patch', 'deployments/scale', 'NS', 'web'],
  ['update', 'deployments', 'NS', ''],
  ['list', 'nodes', '', ''],
  ['get', 'namespaces', 'NS', 'NS'],
  ['get', 'configmaps', 'NS', 'settings'],
  ['get', 'configmaps', 'NS', 'other'],
  ['list', 'widgets.example.com', 'NS', ''],
  ['get', '/metrics', '', ''],
  ['get', '/healthz/etcd', '', ''],
  ['get', '/api', '', ''],
] as const

describeVersions('who can', (rig) => {
  test('is what the API server itself answers, for people, groups and service accounts', async () => {
    const records = new KeptRecords()
    const r = await rig({ records })
    const id = randomUUID().slice(0, 8)
    const rule = (verbs: string, groups: string, resources: string, ...names: string[]) => ({
      verbs: verbs.split(' '),
      apiGroups: groups === 'core' ? [''] : groups.split(' '),
      resources: resources.split(' '),
      ...(names.length === 0 ? {} : { resourceNames: names }),
    })
    const role = (kind: string, name: string, rules: object[]) => ({
      apiVersion: `${rbac}/v1`,
      kind,
      metadata: kind === 'Role' ? { name, namespace: r.namespace } : { name },
      rules,
    })
    const bind = (kind: string, name: string, ref: readonly [string, string], subjects: object[]) => ({
      apiVersion: `${rbac}/v1`,
      kind,
      metadata: kind === 'RoleBinding' ? { name, namespace: r.namespace } : { name: `${name}-${id}` },
      roleRef: { apiGroup: rbac, kind: ref[0], name: ref[1] },
      subjects,
    })
    const user = (name: string) => ({ kind: 'User', apiGroup: rbac, name })
    const group = (name: string) => ({ kind: 'Group', apiGroup: rbac, name })
    const paths = { verbs: ['get'], nonResourceURLs: ['/metrics', '/healthz/*'] }
    const objects = [
      role('Role', 'reader', [
        rule('get list', 'core', 'pods */log'),
        rule('get', 'core', 'configmaps', 'settings'),
      ]),
      role('Role', 'scaler', [rule('patch', 'apps', 'deployments/scale', 'web')]),
      role('ClusterRole', `wide-${id}`, [rule('*', '*', '*')]),
      role('ClusterRole', `looks-${id}`, [rule('get list', 'core', 'nodes namespaces'), paths]),
      role('ClusterRole', `widgets-${id}`, [rule('list', 'example.com *', 'widgets')]),
      bind('RoleBinding', 'readers', ['Role', 'reader'], [user('dora'), group('team')]),
      bind('RoleBinding', 'scalers', ['Role', 'scaler'], [group('team')]),
      bind('RoleBinding', 'wide-here', ['ClusterRole', `wide-${id}`], [group('ops')]),
      bind(
        'RoleBinding',
        'accounts',
        ['ClusterRole', `widgets-${id}`],
        [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
      ),
      bind('RoleBinding', 'astray', ['Role', 'not-there'], [user('dora')]),
      bind('ClusterRoleBinding', 'looks', ['ClusterRole', `looks-${id}`], [user('dora'), group('ops')]),
    ]
    for (const object of objects) {
      await r.server.mustKubectl('admin', ['create', '-f', '-'], JSON.stringify(object))
    }
    const wanted = objects.map(({ kind, metadata }) =>
      keyOf({ group: rbac, kind, namespace: metadata.namespace ?? '', name: metadata.name }),
    )
    await r.until(
      'all is recorded',
      () => records.isComplete(...rbacKinds) && wanted.every((key) => records.objects.has(key)),
    )
    const contents = new Map([...records.objects].map(([key, { content }]) => [key, content]))
    const bindings = [...contents.values()].flatMap((content) => readBinding(content) ?? [])
    const policy = {
      bindings,
      rulesOf: ({ kind, name }: { kind: string; name: string }, namespace: string) => {
        const found = contents.get(keyOf({ group: rbac, kind, namespace, name }))
        return found === undefined ? undefined : readRules(found)
      },
    }
    const client = new ClusterClient(await connectionBy(r.server.kubeconfig('admin')))
    try {
      const wrong: string[] = []
      let allowed = 0
      for (const [verb, resource, place, named] of questions) {
        const [namespace, name] = [place, named].map((one) => (one === 'NS' ? r.namespace : one))
        const question = readAccessQuestion({ verb, resource, namespace, name })
        if (typeof question === 'string') throw new Error(question)
        const grants = whoCan(policy, question)
        for (const person of people) {
          const ours = grants.some(({ subject }) => holds(subject, person))
          const theirs = await reviewed(client, person, question)
          if (ours !== theirs) wrong.push(`${person.name} ${questionText(question)}: ${theirs}`)
          if (theirs) allowed += 1
        }
      }
      expect(wrong).toEqual([])
      expect(allowed).toBeGreaterThan(20)
    } finally {
      await client.close()
    }
  })
})

/** Whether the server allows it. */
async function reviewed(
  client: ClusterClient,
  person: Person,
  question: Exclude<ReturnType<typeof readAccessQuestion>, string>,
): Promise<boolean> {
  const attributes =
    'path' in question
      ? { nonResourceAttributes: { verb: question.verb, path: question.path } }
      : { resourceAttributes: { ...question } }
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user: person.name, groups: person.groups, ...attributes },
  }
  const { object } = await client.create(reviews, review as unknown as KubeObject, { manager: 'test' })
  return valueAt(object, 'status', 'allowed') === true
}
