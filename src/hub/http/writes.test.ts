import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Asked, askHub, postHub } from '../../../test/cli/ask-hub.ts'
import { exampleFleet, prodEu3Id } from '../../../test/cli/example-fleet.ts'
import type { FleetInMemory } from '../../../test/cli/fleet-in-memory.ts'
import { adminToken, readerToken, type ServedFleet, serveFleet } from '../../../test/cli/serve-fleet.ts'

const deploymentKey = 'apps/Deployment/checkout/api'

let fleet: FleetInMemory
let hub: ServedFleet

beforeEach(async () => {
  fleet = exampleFleet()
  hub = await serveFleet(fleet)
})
afterEach(() => hub.close())

const ask = (path: string, asked: Asked = {}) => askHub(hub.url, path, asked)
const post = (path: string, body: unknown, asked: Asked = {}) => postHub(hub.url, path, body, asked)

const healBody = {
  targets: [{ cluster: 'prod-eu-3', clusterId: prodEu3Id, keys: [deploymentKey] }],
}

describe('writes', () => {
  test('a heal on a protected cluster needs its typed name and a reason, whatever the client says it checked', async () => {
    const attempts: [object, number][] = [
      [{}, 412],
      [{ yes: true }, 412],
      [{ yes: true, reason: 'INC-1' }, 412],
      [{ confirm: 'prod-eu-7', reason: 'INC-1' }, 412],
      [{ confirm: '1', reason: 'INC-1' }, 412],
      [{ confirm: 'prod-eu-3' }, 412],
      [{ confirm: 'prod-eu-3', reason: 'INC-1' }, 200],
    ]
    for (const [confirmation, status] of attempts) {
      expect(fleet.written).toEqual([])
      const answer = await post('/api/v1/drift/heal', { ...healBody, ...confirmation })
      expect(answer.status, JSON.stringify(confirmation)).toBe(status)
    }
    expect(fleet.written.map((one) => [one.what, one.call.caller.name])).toEqual([['heal', 'alice@corp']])
  })

  test('several clusters of which one is protected need their number typed; sandbox and standard need a yes', async () => {
    const targets = ['prod-eu-3', 'stage-eu-1'].map((cluster) => ({
      cluster,
      clusterId: cluster === 'prod-eu-3' ? prodEu3Id : `id-of-${cluster}`,
      keys: [deploymentKey],
    }))
    const both = (given: object) => post('/api/v1/drift/heal', { targets, ...given })
    expect((await both({ confirm: 'prod-eu-3', reason: 'x' })).status).toBe(412)
    expect((await both({ confirm: '2', reason: 'x' })).status).toBe(200)
    const stage = (given: object) => post('/api/v1/drift/heal', { targets: targets.slice(1), ...given })
    expect((await stage({})).status).toBe(412)
    expect((await stage({ yes: true })).status).toBe(200)
  })

  test('row 35: the tier is that of the stored cluster, and another identity than the previewed one is refused', async () => {
    const confirmed = { confirm: 'prod-eu-3', reason: 'INC-1' }
    const other = [{ ...healBody.targets[0], clusterId: 'another' }]
    const answer = await post('/api/v1/drift/heal', { targets: other, ...confirmed })
    expect([answer.status, answer.json['code']]).toEqual([409, 'wrong-cluster'])
    const unknown = [{ ...healBody.targets[0], cluster: 'nowhere' }]
    expect((await post('/api/v1/drift/heal', { targets: unknown, ...confirmed })).status).toBe(404)
    expect(fleet.written).toEqual([])
  })

  test('the same idempotency key gives the same answer and writes once, also at the same time', async () => {
    const send = (key: string, body: object) =>
      post('/api/v1/drift/heal', body, { headers: { 'idempotency-key': key } })
    const body = { ...healBody, confirm: 'prod-eu-3', reason: 'INC-1' }
    const answers = await Promise.all([send('k-1', body), send('k-1', body), send('k-1', body)])
    answers.push(await send('k-1', body))
    expect(new Set(answers.map((one) => one.text)).size).toBe(1)
    expect(fleet.written).toHaveLength(1)
    const reused = await send('k-1', { ...body, reason: 'another' })
    expect([reused.status, reused.json['code']]).toEqual([409, 'key-reused'])
    await send('k-2', body)
    expect(fleet.written).toHaveLength(2)
  })
})

describe('writes, sent again', () => {
  const body = { ...healBody, confirm: 'prod-eu-3', reason: 'INC-1' }
  const send = (key: string, token = adminToken) =>
    post('/api/v1/drift/heal', body, { token, headers: { 'idempotency-key': key } })

  test('after a restart get the answer of before, and write nothing', async () => {
    const before = await send('k-1')
    const again = await serveFleet(fleet, { answers: hub.store.answers })
    const answer = await fetch(`${again.url}/api/v1/drift/heal`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${adminToken}`,
        'content-type': 'application/json',
        'idempotency-key': 'k-1',
      },
      body: JSON.stringify(body),
    })
    expect([answer.status, await answer.text()]).toEqual([before.status, before.text])
    await again.close()
    expect(fleet.written).toHaveLength(1)
  })

  test('after a crash in between are told that nobody knows how far it came', async () => {
    const request = ['heal', JSON.stringify({ params: {}, body })]
    await hub.store.answers.claim(
      'alice@corp',
      'k-2',
      createHash('sha256').update(JSON.stringify(request)).digest('hex'),
      '2026-01-01T00:00:00.000Z',
    )
    const answer = await send('k-2')
    expect([answer.status, answer.json['code']]).toEqual([409, 'changed'])
    expect(fleet.written).toEqual([])
  })

  test('are another person’s with the same key, and kept for nobody else', async () => {
    await send('k-3')
    const other = await send('k-3', readerToken)
    expect(other.status).toBe(403)
  })

  test('are done again when the hub could not do them the first time', async () => {
    fleet.broken = new Error('for a moment')
    expect((await send('k-4')).status).toBe(500)
    fleet.broken = undefined
    expect((await send('k-4')).status).toBe(200)
    expect(fleet.written).toHaveLength(1)
  })
})

describe('reads', () => {
  test('a read that is known to its client is answered without it, and with it as soon as it has changed', async () => {
    const path = '/api/v1/clusters'
    const first = await ask(path)
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[\w-]{27}"$/)
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await ask(path, { headers: { 'if-none-match': known } })
      expect([again.status, again.text, again.headers.get('etag')], known).toEqual([304, '', tag])
    }
    expect((await ask(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    fleet.clusters_ = fleet.clusters_.slice(1)
    const changed = await ask(path, { headers: { 'if-none-match': tag } })
    expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false])
  })

  test('row 49: what is known to one client is not the answer to another, who may not ask', async () => {
    const tag = (await ask('/api/v1/clusters')).headers.get('etag') ?? ''
    const headers = { 'if-none-match': tag }
    expect((await ask('/api/v1/clusters', { token: 'x', headers })).status).toBe(401)
  })
})
