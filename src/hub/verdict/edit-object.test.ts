import { describe, expect, test } from 'vitest'
import { addItem, editObject } from './index.ts'

const quota = `# of the shop
apiVersion: v1
kind: ResourceQuota
metadata: { name: team, namespace: shop }
spec:
  hard:
    pods: 300 # raised in spring
    requests.cpu: '40'
`
const binding = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: on-call
  namespace: shop
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects:
  # the team itself
  - kind: Group
    name: shop
  - kind: User
    name: alice
# the end
`
const team = { kind: 'ResourceQuota', namespace: 'shop', name: 'team' }
const onCall = { kind: 'RoleBinding', namespace: 'shop', name: 'on-call' }
const set = (resource: string, to: string) => ({ is: 'set' as const, path: ['spec', 'hard', resource], to })
const drop = (at: number) => ({ is: 'drop' as const, path: ['subjects'], at })

describe('an object in a file is changed', () => {
  test('at one value, and everything around it stays as it is written', () => {
    const file = `${quota}---\n${binding}`
    expect(editObject(file, team, set('pods', '400'))).toEqual({
      text: file.replace('pods: 300 #', 'pods: "400" #'),
    })
    expect(editObject(file, team, set('requests.cpu', '50'))).toEqual({ text: file.replace("'40'", '"50"') })
  })

  test('by an entry less, with its lines', () => {
    const file = `${quota}---\n${binding}`
    expect(editObject(file, onCall, drop(1))).toEqual({
      text: file.replace('  - kind: User\n    name: alice\n', ''),
    })
    expect(editObject(file, onCall, drop(0))).toEqual({
      text: file.replace('  - kind: Group\n    name: shop\n', ''),
    })
    const one = file.replace('  - kind: User\n    name: alice\n', '')
    expect(editObject(one, onCall, drop(0))).toMatchObject({
      text: expect.stringContaining('subjects: []\n'),
    })
  })

  test.each([
    [0, 'subjects: [{ kind: Group, name: b }]'],
    [1, 'subjects: [{ kind: User, name: a }]'],
  ])('in flow style too: %i', (at, wanted) => {
    const flow = binding.replace(
      /subjects:[^#]*#[^#]*/,
      'subjects: [{ kind: User, name: a }, { kind: Group, name: b }]\n',
    )
    expect(editObject(flow, onCall, drop(at))).toMatchObject({ text: expect.stringContaining(`${wanted}\n`) })
  })

  test('where it is written without its namespace', () => {
    const bare = quota.replace(', namespace: shop', '')
    expect(editObject(bare, team, set('pods', '1'))).toHaveProperty('text')
    expect(editObject(quota, { ...team, namespace: 'other' }, set('pods', '1'))).toHaveProperty('refused')
  })
})

test.each([
  ['not there', quota, set('services', '1')],
  ['no list', quota, drop(0)],
  ['no such entry', binding, drop(7)],
  ['twice', `${quota}---\n${quota}`, set('pods', '1')],
  ['an alias', quota.replace('pods: 300', 'pods: &p 300\n    services: *p'), set('services', '1')],
  ['a shared value', quota.replace('pods: 300', 'pods: &p 300\n    services: *p'), set('pods', '1')],
  [
    'a Secret beside it',
    `${quota}---\napiVersion: v1\nkind: Secret\nmetadata: { name: x }\n`,
    set('pods', '1'),
  ],
  ['no YAML', '{', set('pods', '1')],
])('what cannot be changed by itself is refused: %s', (_, text, edit) => {
  const object = edit.is === 'drop' && text === binding ? onCall : team
  expect(editObject(text, object, edit)).toHaveProperty('refused')
})

test('a resource is added to a kustomization once', () => {
  const text = 'resources:\n  - a.yaml # first\nlabels: []\n'
  const wanted = 'resources:\n  - a.yaml # first\n  - b.yaml\nlabels: []\n'
  expect(addItem(text, 'resources', 'b.yaml')).toEqual({ text: wanted })
  expect(addItem(wanted, 'resources', 'b.yaml')).toEqual({ text: wanted })
  expect(addItem('resources: [a.yaml]\n', 'resources', 'b.yaml')).toEqual({
    text: 'resources: [a.yaml, "b.yaml"]\n',
  })
  expect(addItem('labels: []\n', 'resources', 'b.yaml')).toHaveProperty('refused')
})
