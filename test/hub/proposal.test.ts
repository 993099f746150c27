import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProposalView } from '../../src/api/index.ts'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

const group = 'rbac.authorization.k8s.io'
let rig: HubRig

const binding = (name: string, role: string, subjects: string) => `# ${name} of the shop
apiVersion: ${group}/v1
kind: RoleBinding
metadata: { name: ${name}, namespace: ${rig.namespace} }
roleRef: { apiGroup: ${group}, kind: Role, name: ${role} }
subjects:
${subjects}`
const role = (name: string, verbs: string, resources: string) => `apiVersion: ${group}/v1
kind: Role
metadata: { name: ${name}, namespace: ${rig.namespace} }
rules: [{ apiGroups: [""], verbs: [${verbs}], resources: [${resources}] }]
`
const team = `  - { apiGroup: ${group}, kind: Group, name: team }\n`
const other = `  - { apiGroup: ${group}, kind: User, name: erik }\n`

beforeAll(async () => {
  rig = await HubRig.create()
  await rig.start()
  const revision = await rig.fleet.commit({
    ...rig.files(),
    'fleet/bundles/rights.yaml': rig.bundleFile('rights'),
    'apps/rights/roles.yaml': `${role('edit', 'get, delete', 'pods, secrets')}---\n${role('view', 'get', 'pods')}`,
    'apps/rights/rbac.yaml': `${binding('on-call', 'edit', team + other)}---\n${binding('readers', 'view', team)}`,
    'apps/rights/quota.yaml': `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: most, namespace: ${rig.namespace} }\nspec: { hard: { pods: 10, configmaps: 50 } }\n`,
  })
  await rig.inSync(revision)
  await rig.inSync(revision, 'rights')
  await until('the bindings are recorded', can('delete', 'pods', { group: ['team'] }), (found) => found === 2)
})
afterAll(() => rig.stop())

/** On how many clusters somebody can do something in the namespace. */
function can(verb: string, resource: string, who: { group?: string[]; user?: string }) {
  return async (): Promise<number> => {
    const query = { verb, resource, namespace: rig.namespace, ...who }
    const { environments } = await rig.client.whoCan({ query })
    return environments.reduce((sum, one) => sum + one.can, 0)
  }
}

type Asked = NonNullable<Parameters<typeof rig.client.proposal>[0]['query']>

const permission = ['get pods', 'delete pods', 'get secrets', 'delete nodes']

function propose(query: Asked): Promise<ProposalView> {
  return rig.client.proposal({ params: { bundle: rig.bundle('rights') }, query })
}

/** Does with a patch what its page says. */
async function merge({ patch }: ProposalView): Promise<void> {
  const file = join(rig.folder, 'change.patch')
  await writeFile(file, patch ?? '')
  rig.fleet.git('apply', file)
  rig.fleet.git('add', '--all')
  rig.fleet.git('commit', '--quiet', '--message', 'Change access')
}

/** Each difference as one text. */
function told({ permissions, effects }: ProposalView): string[] {
  return effects.map(
    ({ permission: at, environment, what, clusters, by }) =>
      `${environment} ${what} ${permissions[at]} on ${clusters}${by.length === 0 ? '' : ` by ${by.join()}`}`,
  )
}

test('taking somebody out of a binding says what they lose and what another binding keeps, and merged it is so', async () => {
  const view = await propose({
    change: 'take',
    subject: 'Group team',
    namespace: rig.namespace,
    name: 'on-call',
    permission,
  })
  expect(view.files).toEqual(['apps/rights/rbac.yaml'])
  expect(view.patch).toContain(`\n-${team}`)
  expect(told(view)).toEqual([
    'dev keeps get pods on 1 by readers',
    'prod keeps get pods on 1 by readers',
    'dev loses delete pods on 1',
    'prod loses delete pods on 1',
    'dev loses get secrets on 1',
    'prod loses get secrets on 1',
  ])
  await merge(view)
  await until('it is lost', can('delete', 'pods', { group: ['team'] }), (found) => found === 0)
  expect(await can('get', 'pods', { group: ['team'] })()).toBe(2)
  expect(await can('delete', 'pods', { user: 'erik' })()).toBe(2)
})

test('a role that is given is a new file, and merged it is held', async () => {
  const view = await propose({
    change: 'give',
    subject: `ServiceAccount ${rig.namespace}/web`,
    role: 'Role view',
    namespace: rig.namespace,
    permission,
  })
  expect(view.files).toEqual([`apps/rights/rolebinding-view-${rig.namespace}-web.yaml`])
  expect(told(view)).toEqual(['dev gains get pods on 1', 'prod gains get pods on 1'])
  await merge(view)
  const account = `system:serviceaccount:${rig.namespace}:web`
  await until('it is held', can('get', 'pods', { user: account }), (found) => found === 2)
})

test('a quota that is bound otherwise says who would be over it, and its patch changes that one value', async () => {
  // No controller runs beside the servers: one of them counts by hand, the other has told no use.
  const status = JSON.stringify({ status: { used: { configmaps: '3', pods: '0' } } })
  const at = ['-n', rig.namespace, '--subresource=status', '--type=merge', '-p', status]
  await rig.servers.new.kubectl('admin', ['patch', 'resourcequota', 'most', ...at])
  await until(
    'one quota is counted',
    async () => (await rig.client.quotas({ query: { namespace: rig.namespace } })).items,
    (items) => items.length === 4 && items.filter(({ used }) => used !== undefined).length === 2,
  )
  const view = await propose({
    change: 'bound',
    namespace: rig.namespace,
    name: 'most',
    bounds: ['configmaps=2', 'pods=20'],
  })
  const found = { clusters: 2, uncounted: 1 }
  expect(view.bounds).toEqual([
    { resource: 'configmaps', from: '50', to: '2', over: ['new'], overCount: 1, ...found },
    { resource: 'pods', from: '10', to: '20', over: [], overCount: 0, ...found },
  ])
  expect(view.patch).toContain('+spec: { hard: { pods: "20", configmaps: "2" } }')
})

test.each([
  [{ change: 'take', subject: 'Group nobody', name: 'on-call' }, /does not name Group nobody/],
  [{ change: 'take', subject: 'Group team', name: 'gone' }, /bundle .* does not declare it/],
  [{ change: 'take', subject: 'team', name: 'on-call' }, /write whom as/],
  [{ change: 'give', subject: 'User dora', role: 'view' }, /write the role as/],
  [{ change: 'give', subject: 'User dora', role: 'Role view', name: 'readers' }, /is declared already/],
  [{ change: 'bound', name: 'most', bounds: ['pods=10'] }, /bound to 10 already/],
  [{ change: 'bound', name: 'most', bounds: ['services=10'] }, /bounds no services/],
  [{ change: 'bound', name: 'most', bounds: ['pods'] }, /write a bound as/],
] as const)('what cannot be proposed says why: %j', async (query, why) => {
  const given = { ...query, namespace: rig.namespace } as Asked
  await expect(propose(given)).rejects.toThrow(why)
})
