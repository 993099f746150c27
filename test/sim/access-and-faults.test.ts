import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { JsonMap } from '../../src/core/object/index.ts'
import { SimClient } from './sim-client.ts'
import { type StartedSimulator, startSimulator } from './start-simulator.ts'

/** One simulator for all tests, because it takes long to start; each test has two clusters that no other has touched. */
let started: StartedSimulator
let client: SimClient
let one: string
let two: string
const unused = Array.from({ length: 40 }, (_, i) => [`one-${i}`, `two-${i}`] as const)

beforeAll(async () => {
  started = await startSimulator({
    clusters: unused.flat().map((name) => ({ name })),
    controllers: ['namespaces', 'garbage-collector'],
  })
})
afterAll(() => started.close())
beforeEach(() => {
  const pair = unused.pop()
  if (pair === undefined) throw new Error('there are more tests than clusters')
  ;[one, two] = pair
  client = new SimClient(started.simulator, one)
})
afterEach(() => {
  client.close()
  expect(started.failures).toEqual([])
})

const secrets = '/api/v1/namespaces/default/secrets'
const bind = (name: string, role: string): Promise<unknown> =>
  client.ask('/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    method: 'POST',
    body: {
      metadata: { name: `${name}-${role}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    },
  })
const as = (name: string, more: Record<string, string> = {}) => ({
  headers: { 'impersonate-user': name, ...more },
})

describe('access', () => {
  test('without a credential little is told; an unknown one is refused', async () => {
    expect((await client.ask('/version', { user: '' })).code).toBe(200)
    expect(await client.ask(secrets, { user: '' })).toMatchObject({
      code: 403,
      body: {
        message:
          'secrets is forbidden: User "system:anonymous" cannot list resource "secrets" in API group "" in the namespace "default"',
        details: { kind: 'secrets' },
      },
    })
    expect(await client.ask(secrets, { user: 'mallory' })).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized' },
    })
  })

  test('roles count where they are bound, as soon as they are', async () => {
    expect((await client.ask(secrets, as('dora'))).code).toBe(403)
    await bind('dora', 'view')
    expect((await client.ask('/api/v1/namespaces/default/configmaps', as('dora'))).code).toBe(200)
    expect((await client.ask(secrets, as('dora'))).code).toBe(403)
    await bind('dora', 'edit')
    expect((await client.ask(secrets, as('dora'))).code).toBe(200)
    expect((await client.ask('/api/v1/namespaces/kube-system/secrets', as('dora'))).code).toBe(403)
  })

  test('who impersonates must be allowed to, and a group alone is nobody', async () => {
    await bind('dora', 'view')
    const alone = await client.ask(secrets, { headers: { 'impersonate-group': 'system:masters' } })
    expect(alone.code).toBe(400)
    const masters = await client.ask(secrets, as('dora', { 'impersonate-group': 'system:masters' }))
    expect(masters.code).toBe(200)
    const { simulator } = started
    const dora = new SimClient(simulator, one)
    const token = await client.ask('/api/v1/namespaces/default/serviceaccounts', {
      method: 'POST',
      body: { metadata: { name: 'robot' } },
    })
    expect(token.code).toBe(201)
    const made = await client.ask('/api/v1/namespaces/default/serviceaccounts/robot/token', {
      method: 'POST',
      body: { spec: {} },
    })
    const bearer = ((made.body.status ?? {}) as JsonMap).token as string
    const robot = await dora.ask(secrets, {
      headers: { authorization: `Bearer ${bearer}`, 'impersonate-user': 'admin' },
      user: '',
    })
    expect(robot.body.message).toBe(
      'users "admin" is forbidden: User "system:serviceaccount:default:robot" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
    dora.close()
  })

  test('a review says what somebody may', async () => {
    const ask = async (verb: string, name: string): Promise<unknown> => {
      const answer = await client.ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        method: 'POST',
        ...as(name),
        body: {
          kind: 'SelfSubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          spec: { resourceAttributes: { verb, resource: 'secrets', namespace: 'default' } },
        },
      })
      return ((answer.body.status ?? {}) as JsonMap).allowed
    }
    expect([await ask('get', 'dora'), await ask('get', 'system:admin')]).toEqual([false, false])
    await bind('dora', 'admin')
    expect(await ask('get', 'dora')).toBe(true)
  })

  test('nothing is created in a namespace that is not there or goes away', async () => {
    const body = { metadata: { name: 'a' } }
    expect(await client.ask('/api/v1/namespaces/nowhere/configmaps', { method: 'POST', body })).toMatchObject(
      {
        code: 404,
        body: { message: 'namespaces "nowhere" not found' },
      },
    )
    expect(await client.ask('/api/v1/namespaces/kube-system', { method: 'DELETE' })).toMatchObject({
      code: 403,
      body: { message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted' },
    })
    await client.ask('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'going' } } })
    const kept = { metadata: { name: 'kept', finalizers: ['example.dev/hold'] } }
    await client.ask('/api/v1/namespaces/going/configmaps', { method: 'POST', body: kept })
    await client.ask('/api/v1/namespaces/going', { method: 'DELETE' })
    const late = await client.ask('/api/v1/namespaces/going/configmaps', { method: 'POST', body })
    expect(late).toMatchObject({
      code: 403,
      body: { details: { causes: [{ reason: 'NamespaceTerminating' }] } },
    })
    await client.ask('/api/v1/namespaces/going/configmaps/kept', {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: null } },
    })
    await vi.waitFor(async () => expect((await client.ask('/api/v1/namespaces/going')).code).toBe(404), {
      timeout: 10_000,
    })
  })
})

describe('policies', () => {
  const group = '/apis/admissionregistration.k8s.io/v1'
  const policy = async (name: string, validations: object[], actions: string[]): Promise<void> => {
    const constraints = {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
      ],
    }
    for (const [plural, spec] of [
      ['validatingadmissionpolicies', { matchConstraints: constraints, validations }],
      ['validatingadmissionpolicybindings', { policyName: name, validationActions: actions }],
    ] as const) {
      const made = await client.ask(`${group}/${plural}`, {
        method: 'POST',
        body: { metadata: { name }, spec },
      })
      expect(made.code, made.text).toBe(201)
    }
  }

  test('what a bound policy denies is not stored, and one that only warns warns', async () => {
    await policy(
      'small',
      [
        {
          expression: 'size(object.data) <= 1',
          messageExpression: "'at most 1 key, found ' + string(size(object.data))",
        },
      ],
      ['Deny'],
    )
    await policy('named', [{ expression: "object.metadata.name.startsWith('ok')" }], ['Warn'])
    const path = '/api/v1/namespaces/default/configmaps'
    const post = (name: string, data: object) =>
      client.ask(path, { method: 'POST', body: { metadata: { name }, data } })
    expect(await post('ok-large', { a: '1', b: '2' })).toMatchObject({
      code: 422,
      body: {
        reason: 'Invalid',
        message:
          "configmaps \"ok-large\" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'small' denied request: at most 1 key, found 2",
      },
    })
    expect((await client.ask(`${path}/ok-large`)).code).toBe(404)
    const warned = await post('other', { a: '1' })
    expect([warned.code, warned.headers.warning]).toEqual([
      201,
      expect.stringContaining(
        "Validation failed for ValidatingAdmissionPolicy 'named' with binding 'named': failed expression",
      ),
    ])
    expect((await post('ok', { a: '1' })).headers.warning).toBeUndefined()
  })
})

describe('audit', () => {
  test('every write is sent to a webhook, with who made it, as whom, and the revision', async () => {
    const received: JsonMap[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const list = JSON.parse(Buffer.concat(chunks).toString()) as JsonMap
        received.push(...(list.items as JsonMap[]).map((item) => ({ ...item, at: request.url ?? '' })))
        response.end()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{cluster}`
    const audited = await startSimulator({ clusters: [{ name: 'seen' }], controllers: [], audit: { url } })
    const alice = new SimClient(audited.simulator, 'seen')
    const body = { metadata: { name: 'a' }, data: { x: '1' } }
    const made = await alice.ask('/api/v1/namespaces/default/configmaps?fieldManager=kubectl-edit', {
      method: 'POST',
      user: 'alice',
      body,
      ...as('dora', { 'impersonate-group': 'system:masters' }),
    })
    await alice.ask('/api/v1/namespaces/default/configmaps')
    await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 10_000 })
    expect(received[0]).toMatchObject({
      at: '/seen',
      verb: 'create',
      stage: 'ResponseComplete',
      level: 'RequestResponse',
      requestURI: '/clusters/seen/api/v1/namespaces/default/configmaps?fieldManager=kubectl-edit',
      user: { username: 'alice' },
      impersonatedUser: { username: 'dora' },
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
      responseStatus: { code: 201 },
      responseObject: {
        metadata: { resourceVersion: ((made.body.metadata ?? {}) as JsonMap).resourceVersion as string },
      },
    })
    alice.close()
    await audited.close()
    server.close()
  })
})

describe('faults', () => {
  const faults = (plan: object) => client.ask(`/sim/clusters/${one}/faults`, { method: 'PUT', body: plan })

  test('requests are slow, throttled or fail, until they are not', async () => {
    await faults({ throttled: 1, retryAfterSeconds: 3 })
    expect(await client.ask(secrets)).toMatchObject({ code: 429, headers: { 'retry-after': '3' } })
    await faults({ failing: 1 })
    expect(await client.ask(secrets)).toMatchObject({ code: 500, body: { reason: 'InternalError' } })
    await faults({ expiredUsers: ['bob'] })
    expect((await client.ask(secrets, { user: 'bob' })).code).toBe(401)
    expect((await client.ask(secrets, { user: 'alice' })).code).toBe(200)
    await faults({})
    expect((await client.ask(secrets, { user: 'bob' })).code).toBe(200)
    expect(await faults({ nonsense: 1 })).toMatchObject({
      code: 400,
      body: { error: expect.stringContaining('no such fault') },
    })
  })

  test('a write takes effect and its answer is lost', async () => {
    await faults({ answersLost: 1 })
    const body = { metadata: { name: 'kept' } }
    const path = '/api/v1/namespaces/default/configmaps'
    expect(await client.ask(path, { method: 'POST', body })).toMatchObject({
      code: 504,
      body: { reason: 'Timeout' },
    })
    expect((await client.ask(`${path}/kept`)).code).toBe(200)
  })

  test('a cluster that is restored is what it was, revisions too, and its watches break', async () => {
    const path = '/api/v1/namespaces/default/configmaps'
    const make = (name: string) => client.ask(path, { method: 'POST', body: { metadata: { name } } })
    expect((await client.ask(`/sim/clusters/${one}/restore`, { method: 'POST' })).code).toBe(409)
    const before = await make('before')
    await client.ask(`/sim/clusters/${one}/back-up`, { method: 'POST' })
    const watch = client.watch(`${path}?watch=true&resourceVersion=0`)
    await watch.take(1)
    const revision = async () => Number((await client.ask(`/sim/clusters/${one}`)).body.revision)
    const then = await revision()
    await make('after')
    await client.ask(`${path}/before`, { method: 'DELETE' })
    await client.ask(`/sim/clusters/${one}/restore`, { method: 'POST' })
    expect(await watch.take(3)).toHaveLength(2)
    expect(await revision()).toBe(then)
    expect((await client.ask(`${path}/before`)).body).toEqual(before.body)
    expect((await client.ask(`${path}/after`)).code).toBe(404)
    expect((await make('after')).code).toBe(201)
  })

  test('a list is cut and says that it is whole', async () => {
    await faults({ listsCutAfter: 1 })
    const { body } = await client.ask('/api/v1/namespaces')
    expect(body.items).toHaveLength(1)
    expect(body.metadata).not.toHaveProperty('continue')
  })

  test('a silent cluster answers nothing, and goes on where it was', async () => {
    await faults({ silent: true })
    let answered = false
    const asked = client.ask(secrets).then((answer) => {
      answered = true
      return answer.code
    })
    const other = new SimClient(started.simulator, two)
    expect((await other.ask(secrets)).code).toBe(200)
    other.close()
    expect(answered).toBe(false)
    await faults({})
    expect(await asked).toBe(200)
  })

  test('watches break, fall asleep, and all connections are cut', async () => {
    const watch = client.watch('/api/v1/configmaps?watch=true')
    const isOpen = async (): Promise<void> => {
      const { body } = await client.ask(`/sim/clusters/${one}`)
      expect(body.watches).toBe(1)
    }
    await vi.waitFor(isOpen)
    await client.ask(`/sim/clusters/${one}/drop-watches`, { method: 'POST' })
    expect(await watch.next()).toBeUndefined()

    const asleep = client.watch('/api/v1/configmaps?watch=true')
    await vi.waitFor(isOpen)
    await faults({ halfOpenWatches: true })
    const body = { metadata: { name: 'a' } }
    await client.ask('/api/v1/namespaces/default/configmaps', { method: 'POST', body })
    await faults({})
    await client.ask('/api/v1/namespaces/default/configmaps', {
      method: 'POST',
      body: { metadata: { name: 'b' } },
    })
    expect(await asleep.next()).toMatchObject({ object: { metadata: { name: 'b' } } })
    started.simulator.cutConnections()
    expect(await asleep.next()).toBeUndefined()
  })

  test('a clock that goes wrong shows in what is written', async () => {
    await faults({ clockSkewMs: 3_600_000 })
    const { body } = await client.ask('/api/v1/namespaces/default/configmaps', {
      method: 'POST',
      body: { metadata: { name: 'late' } },
    })
    const created = Date.parse(((body.metadata ?? {}) as JsonMap).creationTimestamp as string)
    expect(created - Date.now()).toBeGreaterThan(3_000_000)
  })
})

describe('many clusters', () => {
  test('the same write in every cluster is computed once, and each has its own uid', async () => {
    const other = new SimClient(started.simulator, two)
    const body = { metadata: { name: 'same' }, data: { a: '1' } }
    const apply = {
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { apiVersion: 'v1', kind: 'ConfigMap', ...body },
    }
    const path = '/api/v1/namespaces/default/configmaps/same?fieldManager=evenkeel'
    const [ours, theirs] = [await client.ask(path, apply), await other.ask(path, apply)]
    expect([ours.code, theirs.code]).toEqual([201, 201])
    const uid = ({ body: made }: { body: JsonMap }): unknown => ((made.metadata ?? {}) as JsonMap).uid
    expect(uid(ours)).not.toBe(uid(theirs))
    const stored = (name: string) =>
      started.simulator.cluster(name).cluster.store.get('configmaps', 'default/same')
    expect(stored(one)?.shape).toBe(stored(two)?.shape)
    other.close()
  })
})
