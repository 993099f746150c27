import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../object/index.ts'
import {
  type AccessQuestion,
  type Binding,
  holds,
  personAs,
  questionText,
  readAccessQuestion,
  readBinding,
  readRules,
  type Rule,
  ruleAllows,
  type Subject,
  subjectText,
  whoCan,
} from './index.ts'

const none: Rule = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] }

function asked(verb: string, resource: string, namespace?: string, name?: string): AccessQuestion {
  const question = readAccessQuestion({ verb, resource, namespace, name })
  if (typeof question === 'string') throw new Error(question)
  return question
}

describe('a question as people write it', () => {
  test('knows the groups of built-in resources, their short names, and which stand in no namespace', () => {
    expect(asked('delete', 'po', 'shop')).toMatchObject({ group: '', resource: 'pods', namespace: 'shop' })
    expect(asked('get', 'deploy/scale')).toMatchObject({
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: undefined,
    })
    expect(asked('get', 'deployments.apps')).toEqual(asked('get', 'Deployment'))
    expect(asked('get', 'nodes', 'shop')).toMatchObject({ namespace: '' })
    expect(asked('get', 'ns', undefined, 'shop')).toMatchObject({ namespace: 'shop', name: 'shop' })
    expect(asked('get', 'certificates.cert-manager.io')).toMatchObject({
      group: 'cert-manager.io',
      resource: 'certificates',
    })
    expect(asked('get', '/metrics')).toEqual({ verb: 'get', path: '/metrics' })
    expect(questionText(asked('get', 'deploy/scale'))).toBe('get deployments/scale')
    expect(questionText(asked('get', 'certificates.cert-manager.io'))).toBe(
      'get certificates.cert-manager.io',
    )
  })

  test('says what is missing', () => {
    expect(readAccessQuestion({ verb: 'get', resource: 'certificates' })).toMatch(/write it with its group/)
    expect(readAccessQuestion({ verb: '', resource: 'pods' })).toMatch(/needs a verb/)
    expect(readAccessQuestion({ verb: 'get', resource: 'a/b/c' })).toMatch(/is written as/)
  })
})

describe('a rule', () => {
  const rule = (part: Partial<Rule>): Rule => ({ ...none, ...part })

  test('allows a verb on a resource by name, by star, and by a star before its subresource', () => {
    const pods = { verbs: ['get'], apiGroups: [''] }
    expect(ruleAllows(rule({ ...pods, resources: ['pods'] }), asked('get', 'pods'))).toBe(true)
    expect(ruleAllows(rule({ ...pods, resources: ['pods'] }), asked('get', 'pods/log'))).toBe(false)
    expect(ruleAllows(rule({ ...pods, resources: ['pods/*'] }), asked('get', 'pods/log'))).toBe(false)
    expect(ruleAllows(rule({ ...pods, resources: ['*/log'] }), asked('get', 'pods/log'))).toBe(true)
    expect(ruleAllows(rule({ ...pods, resources: ['*'] }), asked('get', 'pods/log'))).toBe(true)
    expect(ruleAllows(rule({ ...pods, resources: ['*'] }), asked('get', 'deployments'))).toBe(false)
    const named = rule({ ...pods, resources: ['pods'], resourceNames: ['a'] })
    expect(ruleAllows(named, asked('get', 'pods', 'n', 'a'))).toBe(true)
    expect(ruleAllows(named, asked('get', 'pods', 'n', 'b'))).toBe(false)
    expect(ruleAllows(named, asked('get', 'pods', 'n'))).toBe(false)
  })

  test('allows an address whole, or beneath a star at its end', () => {
    const at = (url: string, path: string) =>
      ruleAllows(rule({ verbs: ['get'], nonResourceURLs: [url] }), asked('get', path))
    expect([at('/metrics', '/metrics'), at('*', '/x'), at('/healthz/*', '/healthz/etcd')]).toEqual([
      true,
      true,
      true,
    ])
    expect([at('/metrics', '/metrics/a'), at('/healthz/*', '/healthz'), at('/a*b', '/a*b')]).toEqual([
      false,
      false,
      true,
    ])
  })

  test('of a role that is malformed says nothing', () => {
    const role = { apiVersion: 'v1', kind: 'Role', metadata: { name: 'a' }, rules: [null, { verbs: 'get' }] }
    expect(readRules(role)).toEqual([none])
    expect(readRules({ ...role, rules: undefined })).toEqual([])
  })
})

describe('a binding', () => {
  const binding = (namespace: string | undefined, ref: object, subjects: object[]): KubeObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: 'b', ...(namespace === undefined ? {} : { namespace }) },
    roleRef: ref,
    subjects,
  })

  test('names users, groups, and service accounts of its own namespace where none is said', () => {
    const read = readBinding(
      binding('shop', { kind: 'Role', name: 'r' }, [
        { kind: 'User', name: 'alice' },
        { kind: 'Group', name: 'team' },
        { kind: 'ServiceAccount', name: 'web' },
        { kind: 'ServiceAccount', name: 'web', namespace: 'other' },
        { kind: 'Robot', name: 'x' },
        { kind: 'User', name: '' },
      ]),
    )
    expect(read?.subjects.map(subjectText)).toEqual([
      'User alice',
      'Group team',
      'ServiceAccount shop/web',
      'ServiceAccount other/web',
    ])
    const nowhere = binding(undefined, { kind: 'ClusterRole', name: 'r' }, [
      { kind: 'ServiceAccount', name: 'web' },
    ])
    expect(readBinding(nowhere)?.subjects).toEqual([])
    expect(readBinding(binding(undefined, { kind: 'Role', name: 'r' }, []))).toBeUndefined()
  })

  test('holds a person by name, by group, and a service account by its user name', () => {
    const account: Subject = { kind: 'ServiceAccount', namespace: 'shop', name: 'web' }
    expect(holds(account, personAs('system:serviceaccount:shop:web'))).toBe(true)
    expect(holds(account, personAs('system:serviceaccount:shop:web2'))).toBe(false)
    const everybody: Subject = { kind: 'Group', namespace: '', name: 'system:authenticated' }
    expect(holds(everybody, personAs('alice'))).toBe(true)
    const accounts: Subject = { kind: 'Group', namespace: '', name: 'system:serviceaccounts:shop' }
    expect(holds(accounts, personAs('system:serviceaccount:shop:web'))).toBe(true)
    expect(holds(accounts, personAs('alice', ['team']))).toBe(false)
  })
})

const word = fc.constantFrom('get', 'delete', '*')
const group = fc.constantFrom('', 'apps', '*')
const resource = fc.constantFrom('pods', 'pods/log', '*/log', 'deployments', '*')
const namespaces = ['', 'a', 'b'] as const
const rules = fc.array(
  fc.record<Rule>({
    verbs: fc.array(word, { maxLength: 2 }),
    apiGroups: fc.array(group, { maxLength: 2 }),
    resources: fc.array(resource, { maxLength: 2 }),
    resourceNames: fc.array(fc.constantFrom('x', 'y'), { maxLength: 1 }),
    nonResourceURLs: fc.constant([]),
  }),
  { maxLength: 2 },
)
const bindings = fc.array(
  fc.record<Binding>({
    name: fc.constantFrom('one', 'two'),
    namespace: fc.constantFrom(...namespaces),
    role: fc.record({ kind: fc.constant('ClusterRole' as const), name: fc.constantFrom('r', 's', 'gone') }),
    subjects: fc.array(
      fc.record<Subject>({
        kind: fc.constantFrom('User', 'Group'),
        name: fc.constantFrom('alice', 'bob'),
        namespace: fc.constant(''),
      }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 4 },
)
const question = fc.record({
  verb: fc.constantFrom('get', 'delete'),
  group: fc.constantFrom('', 'apps'),
  resource: fc.constantFrom('pods', 'deployments'),
  subresource: fc.constantFrom('', 'log'),
  name: fc.constantFrom('', 'x', 'z'),
  namespace: fc.constantFrom('', 'a', 'b'),
})

describe('who can', () => {
  test('is everybody whom some binding that reaches the place gives a role with a rule for it, and nobody else', () => {
    fc.assert(
      fc.property(bindings, rules, rules, question, (all, r, s, asks) => {
        const given = new Map([
          ['r', r],
          ['s', s],
        ])
        const policy = { bindings: all, rulesOf: ({ name }: { name: string }) => given.get(name) }
        const expected = all.flatMap((binding) => {
          const near = binding.namespace === '' || binding.namespace === asks.namespace
          const may = (given.get(binding.role.name) ?? []).some((rule) => ruleAllows(rule, asks))
          return near && may ? binding.subjects.map((subject) => ({ subject, binding })) : []
        })
        expect(whoCan(policy, asks)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  test('anywhere is who can in any namespace, or outside', () => {
    fc.assert(
      fc.property(bindings, rules, question, (all, r, asks) => {
        const policy = { bindings: all, rulesOf: () => r }
        const anywhere = whoCan(policy, { ...asks, namespace: undefined })
        const each = ['', 'a', 'b'].flatMap((namespace) => whoCan(policy, { ...asks, namespace }))
        expect(new Set(anywhere.map(textOf))).toEqual(new Set(each.map(textOf)))
      }),
    )
  })

  test('never shrinks by one more binding or rule', () => {
    fc.assert(
      fc.property(bindings, bindings, rules, rules, question, (all, more, r, s, asks) => {
        const few = whoCan({ bindings: all, rulesOf: () => r }, asks)
        const many = whoCan({ bindings: [...all, ...more], rulesOf: () => [...r, ...s] }, asks)
        const found = new Set(many.map(textOf))
        for (const grant of few) expect(found.has(textOf(grant))).toBe(true)
      }),
    )
  })

  test('an address is reached from outside of namespaces alone', () => {
    const rule = { ...none, verbs: ['get'], nonResourceURLs: ['/metrics'] }
    const of = (namespace: string): Binding => ({
      name: 'b',
      namespace,
      role: { kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'User', name: 'alice', namespace: '' }],
    })
    const policy = { bindings: [of('shop'), of('')], rulesOf: () => [rule] }
    expect(whoCan(policy, asked('get', '/metrics')).map(({ binding }) => binding.namespace)).toEqual([''])
  })
})

function textOf(grant: { subject: Subject; binding: Binding }): string {
  return JSON.stringify(grant)
}
