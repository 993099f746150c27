import fc from 'fast-check'
import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exampleFleet, prodEu3Id } from '../../../test/cli/example-fleet.ts'
import type { FleetInMemory } from '../../../test/cli/fleet-in-memory.ts'
import { type Asked, askHub, postHub } from '../../../test/cli/ask-hub.ts'
import { adminToken, readerToken, type ServedFleet, serveFleet } from '../../../test/cli/serve-fleet.ts'
import { eventStreamPath, problemDetailsSchema, type Route, routes } from '../../api/index.ts'
import { Redacted } from '../../runtime/index.ts'

const deploymentKey = 'apps/Deployment/checkout/api'
const table = Object.entries<Route>(routes)
/** The routes that nobody needs to be known for, and those that everybody may use for themselves. */
const open = new Set(['nothing'])
const forSelf = new Set(['self', 'signature', 'nothing'])

let fleet: FleetInMemory
let hub: ServedFleet

beforeEach(async () => {
  fleet = exampleFleet()
  hub = await serveFleet(fleet)
})
afterEach(() => hub.close())

const ask = (path: string, asked: Asked = {}) => askHub(hub.url, path, asked)

function pathOf(route: { readonly path: string }): string {
  return route.path.replace('{cluster}', 'prod-eu-3').replace('{bundle}', 'checkout').replace('{plan}', 'p-1')
}

const post = (path: string, body: unknown, asked: Asked = {}) => postHub(hub.url, path, body, asked)

const healBody = {
  targets: [{ cluster: 'prod-eu-3', clusterId: prodEu3Id, keys: [deploymentKey] }],
}

describe('who may ask', () => {
  test('row 33: every route answers no token and a bad token with the same 401 and the same body', async () => {
    const bodies = new Set<string>()
    const guarded = table.map(([, route]) => route).filter(({ privilege }) => !open.has(privilege))
    const all = [...guarded, { method: 'get', path: eventStreamPath }]
    for (const route of all) {
      for (const token of [undefined, 'x', `${adminToken}x`, adminToken.slice(1), adminToken.toUpperCase()]) {
        const answer = await ask(pathOf(route), {
          method: route.method.toUpperCase(),
          token,
          headers: { 'x-request-id': 'fixed' },
        })
        expect(answer.status, `${route.method} ${route.path}`).toBe(401)
        expect(answer.headers.get('www-authenticate')).toContain('Bearer')
        bodies.add(answer.text)
      }
    }
    expect(bodies.size).toBe(1)
  })

  test('a path that does not exist tells nobody so without a token', async () => {
    expect((await ask('/api/v1/secret-plans', { token: undefined })).status).toBe(401)
    expect((await ask('/api/v1/secret-plans')).status).toBe(404)
  })

  test('a caller without the privilege of a route gets 403, and nothing is written', async () => {
    const needed = table.filter(([, { privilege }]) => privilege !== 'read' && !forSelf.has(privilege))
    for (const [, route] of needed) {
      const answer = await post(pathOf(route), healBody, { token: readerToken })
      expect(answer.status, route.path).toBe(403)
      expect(answer.json['code']).toBe('not-allowed')
    }
    expect(fleet.written).toEqual([])
  })

  test('a Host or Origin that is not the hub is refused, also with the right token (DNS rebinding)', async () => {
    const port = new URL(hub.url).port
    const cases: [Record<string, string>, number][] = [
      [{ host: `evil.example:${port}` }, 421],
      [{ host: '127.0.0.1.evil.example' }, 421],
      [{ host: `localhost:${port}` }, 200],
      [{ host: `[::1]:${port}` }, 200],
      [{ host: `127.0.0.1:${port}`, origin: 'http://evil.example' }, 403],
      [{ host: `127.0.0.1:${port}`, origin: 'null' }, 403],
      [{ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` }, 200],
    ]
    for (const [headers, status] of cases) {
      expect(await rawStatus('/api/v1/whoami', headers), JSON.stringify(headers)).toBe(status)
    }
  })
})

/** `fetch` does not let a caller choose the Host header. */
function rawStatus(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = { authorization: `Bearer ${adminToken}`, ...headers }
    const request = httpRequest(hub.url + path, { headers: sent }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
    request.once('error', reject)
    request.end()
  })
}

describe('what a request may look like', () => {
  test('every refusal is a problem with code, request id and status', async () => {
    const big = JSON.stringify({ clusters: ['x'.repeat(1_100_000)] })
    const cases: [string, Asked, number, string][] = [
      ['/api/v1/nothing', {}, 404, 'not-found'],
      ['/nothing', { token: undefined }, 404, 'not-found'],
      ['/api/v1/clusters/unknown', {}, 404, 'not-found'],
      ['/api/v1/status', { method: 'DELETE' }, 405, 'method-not-allowed'],
      ['/livez', { method: 'POST' }, 405, 'method-not-allowed'],
      [eventStreamPath, { method: 'PUT' }, 405, 'method-not-allowed'],
      ['/api/v1/status?labels=%3D%3D', {}, 400, 'invalid-request'],
      ['/api/v1/clusters?limit=0', {}, 400, 'invalid-request'],
      ['/api/v1/clusters/a%00b', {}, 400, 'invalid-request'],
      ['/api/v1/drift/heal', { method: 'POST', body: '{"targets":' }, 400, 'invalid-request'],
      ['/api/v1/drift/heal', { method: 'POST', body: '[]' }, 400, 'invalid-request'],
      ['/api/v1/drift/heal', { method: 'POST', body: big }, 413, 'too-large'],
      [
        '/api/v1/reconcile',
        { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } },
        415,
        'unsupported-media',
      ],
      [eventStreamPath, { headers: { 'last-event-id': 'x' } }, 400, 'invalid-request'],
    ]
    for (const [path, asked, status, code] of cases) {
      const answer = await ask(path, asked)
      const name = `${asked.method ?? 'GET'} ${path}`
      expect(answer.status, name).toBe(status)
      expect(answer.headers.get('content-type'), name).toBe('application/problem+json')
      const problem = problemDetailsSchema.parse(answer.json)
      expect(problem.code, name).toBe(code)
      expect(problem.requestId, name).toBe(answer.headers.get('x-request-id'))
    }
  })

  test('a HEAD of the stream of events opens no stream', async () => {
    expect((await ask(eventStreamPath, { method: 'HEAD' })).status).toBe(405)
    expect(fleet.listeners).toBe(0)
  })

  test('a body that is declared small and sent large is cut off at the limit', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(256 * 1024))
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        if (sent > 400) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const response = fetch(`${hub.url}/api/v1/reconcile`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit)
    await response.then(
      (answer) => expect(answer.status).toBe(413),
      (error: unknown) => expect(String(error)).toContain('fetch failed'),
    )
    expect(sent).toBeLessThan(100)
    expect(fleet.written).toEqual([])
  })

  test('no body makes a route fail as a bug or the hub stop (row 43)', async () => {
    const posts = table.filter(([, route]) => route.method === 'post')
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify({ ...healBody, targets: value })),
      fc.constantFrom(
        '{"__proto__":{"admin":true}}',
        '{"constructor":{"prototype":{}}}',
        '\u0000',
        '"\\ud800"',
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), body, async ([, route], text) => {
        const answer = await ask(pathOf(route), { method: 'POST', body: text })
        expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
    expect((await ask('/livez')).text).toBe('ok')
  })

  test('no query or name makes a route fail as a bug', async () => {
    const gets = table.filter(([, route]) => route.method === 'get')
    const query = fc.webQueryParameters()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...gets),
        query,
        fc.string({ unit: 'grapheme' }),
        async ([, route], text, name) => {
          const path = route.path.replace(/\{\w+\}/, encodeURIComponent(name))
          expect((await ask(`${path}?${text}`)).status).toBeLessThan(500)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('what leaves', () => {
  const canary = 'canary-7b1f0c'

  test('row 45: fields that the schema does not name are dropped, and a secret has no field to leave by', async () => {
    const [drift] = fleet.drift_
    if (drift === undefined) throw new Error('the example has drift')
    fleet.drift_ = [
      { ...drift, live: { is: 'secret', text: canary }, data: canary } as unknown as typeof drift,
    ]
    const answer = await ask('/api/v1/drift')
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain(canary)
    expect(answer.text).toContain('"is":"secret"')
  })

  test('a value that is marked secret never leaves: the answer fails and names only the place', async () => {
    const [cluster] = fleet.clusters_
    if (cluster === undefined) throw new Error('the example has clusters')
    fleet.clusters_ = [{ ...cluster, version: new Redacted(canary) as unknown as string }]
    const answer = await ask('/api/v1/clusters')
    expect(answer.status).toBe(500)
    expect(answer.text + hub.lines.join()).not.toContain(canary)
    expect(hub.lines.join()).toContain('version')
  })

  test('row 47: a bug shows its request id only, and tokens are in neither answer nor log', async () => {
    fleet.broken = new Error(`connect to https://user:${canary}@host failed`)
    const answer = await ask('/api/v1/status')
    expect(answer.status).toBe(500)
    expect(problemDetailsSchema.parse(answer.json).code).toBe('internal')
    const all = answer.text + hub.lines.join()
    expect(all).not.toContain(canary)
    expect(all).not.toContain(adminToken)
    expect(hub.lines.join()).toContain(String(answer.json['requestId']))
  })

  test('the OpenAPI document has every route with its answers and security, and every reference resolves', async () => {
    const document = (await ask('/openapi.json', { token: undefined })).json as unknown as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; responses: object; requestBody?: unknown }>>
      components: { schemas: object; securitySchemes: object }
      security: unknown[]
    }
    expect(document.openapi).toBe('3.1.0')
    expect(document.security).toEqual([{ token: [] }, { session: [] }])
    expect(document.components.securitySchemes).toHaveProperty('token')
    for (const [name, route] of table) {
      const operation = document.paths[route.path]?.[route.method]
      expect(operation?.operationId, route.path).toBe(name)
      const answers = route.method === 'get' ? ['200', '304', 'default'] : ['200', 'default']
      expect(Object.keys(operation?.responses ?? {})).toEqual(answers)
      expect(operation?.requestBody === undefined, route.path).toBe(route.body === undefined)
    }
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
    expect(operations).toHaveLength(table.length + 1)
    expect(new Set(operations.map((one) => one.operationId)).size).toBe(operations.length)
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name ?? '')
    }
  })
})

describe('health and metrics', () => {
  test('readyz names the dependency that is not ready, and asks for no token', async () => {
    expect((await ask('/readyz', { token: undefined })).status).toBe(200)
    fleet.waitingFor = ['store']
    const answer = await ask('/readyz', { token: undefined })
    expect([answer.status, answer.json]).toEqual([503, { ready: false, waitingFor: ['store'] }])
  })

  test('metrics have a port of their own and nothing else there', async () => {
    expect((await ask('/metrics')).status).toBe(404)
    const other = await serveFleet(fleet, { metrics: { host: '127.0.0.1', port: 0 } })
    try {
      const answer = await fetch(other.metricsUrl ?? '')
      expect(await answer.text()).toContain('evenkeel_cluster_info')
      const api = new URL('/api/v1/status', other.metricsUrl)
      expect((await fetch(api)).status).toBe(404)
    } finally {
      await other.close()
    }
  })

  test('row 51: on an address that neighbours reach, metrics ask for a token', async () => {
    const other = await serveFleet(fleet, { metrics: { host: '0.0.0.0', port: 0 } })
    try {
      const url = other.metricsUrl ?? ''
      expect((await fetch(url)).status).toBe(401)
      expect((await fetch(url, { headers: { authorization: `Bearer ${readerToken}` } })).status).toBe(200)
    } finally {
      await other.close()
    }
  })

  test('an address that is taken is a failure that names it', async () => {
    const port = Number(new URL(hub.url).port)
    await expect(serveFleet(fleet, { port })).rejects.toMatchObject({
      code: 'cannot-listen',
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    })
  })
})
