import { beforeEach, expect, test } from 'vitest'
import type { AccessGrant, QuotaView } from '../../src/api/index.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const rbac = 'rbac.authorization.k8s.io'
const stage = setStage()
let fleet: FleetInMemory
beforeEach(() => {
  ;({ fleet } = stage())
})
const ek = (...args: string[]) => stage().ek(...args)

const grants: AccessGrant[] = [
  {
    subject: { kind: 'User', name: 'alice@corp', namespace: '' },
    binding: { group: rbac, kind: 'ClusterRoleBinding', namespace: '', name: 'break-glass' },
    role: { kind: 'ClusterRole', name: 'cluster-admin' },
    clusters: 2,
    names: ['prod-eu-3', 'prod-eu-7'],
    environments: [{ environment: 'prod', clusters: 2 }],
    declared: [{ clusters: 2, drifted: 0 }],
  },
  {
    subject: { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
    binding: { group: rbac, kind: 'RoleBinding', namespace: 'shop', name: 'team' },
    role: { kind: 'Role', name: 'edit' },
    clusters: 3,
    names: ['dev-us-1', 'prod-eu-3', 'stage-eu-1'],
    environments: [
      { environment: 'dev', clusters: 1 },
      { environment: 'prod', clusters: 1 },
      { environment: 'stage', clusters: 1 },
    ],
    declared: [
      { bundle: 'teams', clusters: 2, drifted: 1 },
      { clusters: 1, drifted: 0 },
    ],
  },
]

function quota(part: Partial<QuotaView>): QuotaView {
  return {
    cluster: 'prod-eu-3',
    environment: 'prod',
    object: { group: '', kind: 'ResourceQuota', namespace: 'shop', name: 'team' },
    resource: 'pods',
    hard: '30',
    trend: [],
    at: new Date(Date.now() - 5_000).toISOString(),
    drifted: false,
    lastKnown: false,
    ...part,
  }
}

test('who-can prints everybody who can with the binding that says so, and where Git declares it', async () => {
  fleet.grants_ = grants
  fleet.canEnvironments_ = [{ environment: 'prod', asked: 2, answered: 2, can: 2 }]
  const found = await ek('access', 'who-can', 'delete', 'po', '-n', 'shop', '--env', 'prod')
  expect([found.code, found.stdout]).toEqual([
    0,
    text(
      'SUBJECT                     VIA                             ROLE                       WHERE  CLUSTERS  IN GIT',
      'User alice@corp             ClusterRoleBinding break-glass  ClusterRole cluster-admin  *             2  nowhere',
      'ServiceAccount ci/deployer  RoleBinding shop/team           Role edit                  shop          3  bundle teams 2, 1 differ; nowhere 1',
    ),
  ])
  expect(found.stderr).toContain('delete pods: on prod 2 of 2 clusters that answered')
  expect(fleet.accessAsked).toMatchObject([
    { verb: 'delete', resource: 'po', namespace: 'shop', environment: ['prod'] },
  ])
  const wide = await ek('access', 'who-can', 'delete', 'pods', '-o', 'wide')
  expect(wide.stdout).toContain('dev-us-1,prod-eu-3,stage-eu-1')
  const json = JSON.parse((await ek('access', 'who-can', 'delete', 'pods', '-o', 'json')).stdout) as object
  expect(json).toMatchObject({ kind: 'WhoCan', question: 'delete pods', total: 2, asked: 4, answered: 4 })
})

test('who-can of a user who cannot says so, and names the clusters of which it is not known', async () => {
  fleet.sight_ = {
    asked: 4,
    answered: 3,
    unanswered: [{ cluster: 'prod-eu-7', reason: 'RoleBinding: may not be read' }],
    limited: false,
  }
  const found = await ek('access', 'who-can', 'delete', 'pods', '--user', 'bob', '--group', 'team,ops')
  expect([found.code, found.stdout]).toEqual([0, ''])
  expect(found.stderr).toContain('bob cannot delete pods by RBAC on 3 clusters')
  expect(found.stderr).toContain('3 of 4 clusters answered')
  expect(found.stderr).toContain('unknown: prod-eu-7: nothing known: RoleBinding: may not be read')
  expect(fleet.accessAsked).toMatchObject([{ user: 'bob', group: ['team', 'ops'] }])
})

test('where no cluster answered nothing is said to be so, and the end is an error', async () => {
  fleet.sight_ = {
    asked: 1,
    answered: 0,
    unanswered: [{ cluster: 'prod-eu-7', seen: '2026-07-20T11:00:00.000Z', reason: 'no sign of life' }],
    limited: true,
  }
  const found = await ek('access', 'who-can', 'delete', 'pods')
  expect([found.code, found.stdout]).toEqual([2, ''])
  expect(found.stderr).not.toContain('nobody')
  expect(found.stderr).toContain('only what you may look at is shown')
  expect((await ek('quota')).code).toBe(2)
  expect((await ek('access', 'matrix')).code).toBe(2)
})

test('matrix prints a subject a row and a permission a column', async () => {
  fleet.matrix_ = {
    permissions: ['delete pods', 'get secrets'],
    environments: [{ environment: 'prod', asked: 2, answered: 2 }],
    items: [
      {
        subject: { kind: 'Group', name: 'team', namespace: '' },
        cells: [
          {
            permission: 0,
            environment: 'prod',
            clusters: 2,
            via: [
              {
                binding: { group: rbac, kind: 'RoleBinding', namespace: 'shop', name: 'team' },
                role: { kind: 'ClusterRole', name: 'edit' },
                clusters: 2,
                undeclared: 0,
              },
            ],
            bindings: 1,
          },
        ],
      },
    ],
    hidden: 3,
  }
  const found = await ek('access', 'matrix', '--can', 'delete pods', '--can', 'get secrets')
  expect([found.code, found.stdout]).toEqual([
    0,
    text('SUBJECT     DELETE PODS  GET SECRETS', 'Group team  prod 2       -'),
  ])
  expect(found.stderr).toContain('3 subjects of the clusters themselves left out; --system shows them')
  expect(fleet.accessAsked).toMatchObject([{ permission: ['delete pods', 'get secrets'], system: 'false' }])
  expect((await ek('access', 'matrix', '-o', 'wide')).stdout).toContain('RoleBinding shop/team')
  expect((await ek('access', 'matrix', '-o', 'name')).stdout).toBe('Group/team\n')
})

test('quota lists the fullest first, says when they will be full, and never calls unknown empty', async () => {
  fleet.quotas_ = [
    quota({ resource: 'pods', used: '12', percent: 40, bundle: 'teams' }),
    quota({
      resource: 'requests.cpu',
      hard: '4',
      used: '3900m',
      percent: 97.5,
      daysToFull: 2.4,
      drifted: true,
      bundle: 'teams',
    }),
    quota({ resource: 'services', hard: '5' }),
    quota({ cluster: 'prod-eu-7', resource: 'pods', used: '33', percent: 110, lastKnown: true }),
  ]
  const found = await ek('quota', '-n', 'shop')
  expect([found.code, found.stdout]).toEqual([
    0,
    text(
      'CLUSTER    NAMESPACE  QUOTA  RESOURCE       USED  HARD   FULL  FULL IN  IN GIT                 AGE',
      'prod-eu-7  shop       team   pods             33    30  110%?     full  nowhere                5s',
      'prod-eu-3  shop       team   requests.cpu  3900m     4    98%       2d  bundle teams, differs  5s',
      'prod-eu-3  shop       team   pods             12    30    40%        -  bundle teams           5s',
      'prod-eu-3  shop       team   services          ?     5      ?        ?  nowhere                5s',
    ),
  ])
  expect(found.stderr).toContain('4 of 4 clusters answered')
  const full = await ek('quota', '--at-least', '90', '--resource', 'pods', '-o', 'name')
  expect(full.stdout).toBe('prod-eu-7/shop/team/pods\n')
  const json = JSON.parse((await ek('quota', '-o', 'json')).stdout) as object
  expect(json).toMatchObject({ kind: 'QuotaList', total: 4, resources: ['pods', 'requests.cpu', 'services'] })
  expect((await ek('quota', '-n', 'nothing')).stderr).toContain('no quota matches')
})

test('the verbs of access complete', async () => {
  const { stdout } = await ek('__complete', '--', 'access', '')
  expect(stdout).toBe('who-can\nmatrix\n:4\n')
})
