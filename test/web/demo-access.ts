import type {
  AccessGrant,
  AccessMatrixView,
  ClusterDetailView,
  ProposalView,
  QuotaView,
  RecordedChangesView,
  RecordedPage,
  WhoCanView,
} from '../../src/api/index.ts'
import { ago } from '../cli/example-fleet.ts'

const group = 'rbac.authorization.k8s.io'
const environments = ['dev', 'prod', 'stage'] as const
const daysOfTrend = 24

type Matrix = Pick<AccessMatrixView, 'permissions' | 'environments' | 'items' | 'hidden'>

/** Roles, bindings and quotas of the fleet of the mocks. */
export function demoAccess(clusters: readonly ClusterDetailView[]) {
  const unanswered = clusters
    .filter(({ state }) => state === 'unreachable')
    .map(({ name, seen, reason = 'no sign of life' }) => ({
      cluster: name,
      ...(seen === undefined ? {} : { seen }),
      reason,
    }))
  const count = (environment: string, known: boolean): number =>
    clusters.filter((one) => one.environment === environment && !(known && one.state === 'unreachable'))
      .length
  const counts = environments.map((environment) => ({
    environment,
    asked: count(environment, false),
    answered: count(environment, true),
  }))
  return {
    sight_: {
      asked: clusters.length,
      answered: clusters.length - unanswered.length,
      unanswered,
      asOf: ago(6),
      limited: false,
    },
    grants_: grants,
    canEnvironments_: counts.map((one, at): WhoCanView['environments'][number] => ({
      ...one,
      can: [12, 3, 0][at] ?? 0,
    })),
    matrix_: matrixOf(counts),
    proposal_: proposal,
    quotas_: quotasOf(clusters),
    recorded_: [recorded],
    changes_: changes,
  }
}

type Grant = Pick<AccessGrant, 'subject' | 'binding' | 'role'>

function grant(
  subject: string,
  binding: string,
  role: string,
  [dev, prod, stage]: readonly [number, number, number],
  bundle?: string,
): AccessGrant {
  const [subjectKind = '', subjectName = ''] = subject.split(' ')
  const [namespace = '', name = ''] = binding.includes('/') ? binding.split('/') : ['', binding]
  const [account = '', of] = subjectName.split('/')
  const kind = subjectKind as Grant['subject']['kind']
  const clusters = dev + prod + stage
  return {
    subject: { kind, name: of ?? account, namespace: of === undefined ? '' : account },
    binding: { group, kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding', namespace, name },
    role: { kind: 'ClusterRole', name: role },
    clusters,
    names: ['prod-eu-3', 'prod-eu-4', 'dev-us-14'],
    environments: [dev, prod, stage].flatMap((one, at) =>
      one === 0 ? [] : [{ environment: environments[at] ?? '', clusters: one }],
    ),
    declared: [
      { ...(bundle === undefined ? {} : { bundle }), clusters, drifted: bundle === undefined ? 0 : 2 },
    ],
  }
}

const grants: AccessGrant[] = [
  grant('User user-a@corp', 'break-glass-inc-4411', 'cluster-admin', [0, 3, 0]),
  grant('Group checkout', 'checkout/on-call', 'edit', [12, 3, 0], 'quota-and-access'),
  grant('Group platform', 'platform-admins', 'cluster-admin', [340, 396, 260], 'quota-and-access'),
  grant('ServiceAccount ci/deployer', 'payments/deployer', 'edit', [340, 0, 0]),
]

function matrixOf(counts: Matrix['environments']): Matrix {
  const permissions = [
    '* *',
    'get secrets',
    'delete pods',
    'create pods/exec',
    'patch deployments',
    'create rolebindings',
  ]
  const held = [
    [0, 1, 2, 3, 4, 5],
    [1, 2, 3],
    [0, 1, 2, 3, 4, 5],
    [1, 4],
  ]
  return {
    permissions,
    environments: counts,
    items: grants.map(({ subject, binding, role, environments: where, declared }, row) => ({
      subject,
      cells: (held[row] ?? []).flatMap((permission) =>
        where.map(({ environment, clusters }) => ({
          permission,
          environment,
          clusters,
          via: [{ binding, role, clusters, undeclared: declared[0]?.bundle === undefined ? clusters : 0 }],
          bindings: row === 1 ? 2 : 1,
        })),
      ),
    })),
    hidden: 31,
  }
}

const file = 'apps/quota-and-access/rbac.yaml'

/** What the group `checkout` loses when it is taken out of the binding `on-call`. */
const proposal: Omit<ProposalView, 'bundle' | 'asked' | 'answered' | 'unanswered' | 'asOf' | 'limited'> = {
  repository: 'https://git.corp/fleet.git',
  branch: 'main',
  files: [file],
  object: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n',
  patch: [
    `diff --git a/${file} b/${file}`,
    `--- a/${file}`,
    `+++ b/${file}`,
    '@@ -9,7 +9,5 @@',
    ' roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }',
    ' subjects:',
    '   # who is called at night',
    '-  - kind: Group',
    '-    name: checkout',
    '   - kind: Group',
    '     name: platform',
    '',
  ].join('\n'),
  notes: [],
  clusters: 15,
  permissions: ['get secrets', 'delete pods', 'patch deployments'],
  effects: [
    { permission: 0, environment: 'dev', what: 'keeps', clusters: 12, by: ['developers'] },
    { permission: 0, environment: 'prod', what: 'loses', clusters: 3, by: [] },
    { permission: 1, environment: 'dev', what: 'loses', clusters: 12, by: [] },
    { permission: 1, environment: 'prod', what: 'loses', clusters: 3, by: [] },
    { permission: 2, environment: 'prod', what: 'loses', clusters: 3, by: [] },
  ],
  bounds: [],
}

const places = [
  ['prod-eu-3', 'checkout', 'requests.cpu', 97.5, 1.6],
  ['prod-eu-3', 'checkout', 'pods', 86, 0.4],
  ['prod-eu-4', 'checkout', 'requests.cpu', 91, 0.9],
  ['prod-us-12', 'payments', 'requests.memory', 104, 2],
  ['prod-ap-2', 'payments', 'requests.cpu', 78, 0.5],
  ['prod-eu-7', 'checkout', 'requests.cpu', 88, 0],
  ['prod-edge-8', 'storefront', 'pods', 63, 0.2],
  ['stage-eu-9', 'payments', 'requests.cpu', 55, 0],
  ['stage-us-3', 'cart', 'pods', 42, 0.3],
  ['dev-us-14', 'cart', 'requests.memory', 31, -0.2],
  ['dev-eu-21', 'storefront', 'services', undefined, 0],
] as const

function quotasOf(clusters: readonly ClusterDetailView[]): QuotaView[] {
  return places.map(([cluster, namespace, resource, percent, perDay], at) => {
    const found = clusters.find(({ name }) => name === cluster)
    const left = percent === undefined || perDay <= 0 ? undefined : (100 - percent) / perDay
    const hard = { 'requests.cpu': '40', 'requests.memory': '80Gi', pods: '300', services: '50' }[resource]
    return {
      cluster,
      environment: found?.environment ?? '',
      object: { group: '', kind: 'ResourceQuota', namespace, name: 'team' },
      resource,
      hard,
      ...(percent === undefined ? {} : { used: usedText(hard, percent), percent }),
      trend: percent === undefined ? [] : trendTo(percent, perDay),
      ...(left === undefined || left < 0 ? {} : { daysToFull: Math.round(left * 10) / 10 }),
      at: ago(20 + at * 7),
      ...(at % 4 === 3 ? {} : { bundle: 'quota-and-access' }),
      drifted: at === 2,
      lastKnown: found?.state === 'unreachable',
    }
  })
}

function usedText(hard: string, percent: number): string {
  const [, number = '0', unit = ''] = /^(\d+)(\w*)$/.exec(hard) ?? []
  return `${Math.round((Number(number) * percent) / 100)}${unit}`
}

function trendTo(percent: number, perDay: number): QuotaView['trend'] {
  return Array.from({ length: daysOfTrend + 1 }, (_, at) => {
    const wave = at === daysOfTrend ? 0 : ((at * 7) % 5) - 2
    return { at: ago((daysOfTrend - at) * 86_400), percent: percent - (daysOfTrend - at) * perDay + wave }
  })
}

const writing = { sure: 'exact', when: ago(9_000), whenIsBound: false } as const
const byHand = { manager: 'kubectl-edit', operation: 'Update', kind: 'human', person: 'user-a@corp' } as const

const binding = (role: string): RecordedPage['items'][number]['content'] => ({
  apiVersion: `${group}/v1`,
  kind: 'RoleBinding',
  metadata: { name: 'on-call', namespace: 'checkout', labels: { team: 'checkout' } },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'Group', apiGroup: group, name: 'checkout' }],
})

const recorded: RecordedPage['items'][number] = {
  ...writing,
  writer: byHand,
  cluster: 'prod-eu-3',
  environment: 'prod',
  object: { group, kind: 'RoleBinding', namespace: 'checkout', name: 'on-call' },
  seenAt: ago(9_000),
  bundle: 'quota-and-access',
  lastKnown: false,
  content: binding('edit'),
}

const changes: RecordedChangesView['items'] = [
  { ...writing, writer: byHand, at: ago(9_000), from: binding('view'), to: binding('edit') },
  {
    sure: 'observed',
    when: ago(90_000),
    whenIsBound: false,
    writer: { manager: 'evenkeel', operation: 'Apply', kind: 'own' },
    at: ago(90_000),
    to: binding('view'),
  },
]
