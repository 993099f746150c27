import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  clientOf,
  configMap,
  configMapList,
  configMaps,
  failureIn,
} from '../../test/faults/scripted-client.ts'
import { type ScriptedAnswer, ScriptedServer } from '../../test/faults/scripted-server.ts'
import type { KubeObject } from '../core/object/index.ts'
import { FakeClock } from '../runtime/index.ts'
import type { ClusterClient } from './index.ts'

let server: ScriptedServer
let client: ClusterClient
let clock: FakeClock

beforeEach(async () => {
  server = await ScriptedServer.start()
  clock = new FakeClock()
  client = await clientOf(server.kubeconfig(), { clock })
})

afterEach(async () => {
  await client.close()
  await server.stop()
})

const one = configMap('a', 5) as unknown as KubeObject

describe('an answer that no API server gives', () => {
  const answers: [string, (answer: ScriptedAnswer) => void][] = [
    ['a login page', (answer) => answer.text('<html>log in</html>', 200, 'text/html')],
    [
      'a body that is cut off',
      (answer) => answer.text('{"kind":"ConfigMapList","items":[{"metada', 200, 'application/json'),
    ],
    ['an empty body', (answer) => answer.text('', 200, 'application/json')],
    ['a redirect', (answer) => answer.text('', 302)],
    ['another kind', (answer) => answer.json({ ...configMapList(5, []), kind: 'PodTable' })],
    ['a list of another version', (answer) => answer.json({ ...configMapList(5, []), apiVersion: 'v2' })],
    ['a list without items', (answer) => answer.json({ ...configMapList(5, []), items: undefined })],
    ['a list without a revision', (answer) => answer.json({ ...configMapList(5, []), metadata: {} })],
    ['a list of other things', (answer) => answer.json(configMapList(5, [{ name: 'a' }]))],
    ['a page of HTML with status 404', (answer) => answer.text('<html>not here</html>', 404, 'text/html')],
  ]
  test.each(answers)('%s is a failure and no empty list', async (_name, answerWith) => {
    server.script((_request, answer) => answerWith(answer))
    expect((await failureIn(client.list(configMaps))).code).toBe('bad-answer')
  })

  test.each(answers.filter(([name]) => !name.startsWith('a list')))(
    '%s is a failure and no absence',
    async (_name, answerWith) => {
      server.script((_request, answer) => answerWith(answer))
      expect((await failureIn(client.get(configMaps, 'shop', 'a'))).code).toBe('bad-answer')
    },
  )

  test('an object under another name is a failure', async () => {
    server.script((_request, answer) => answer.json(configMap('b', 5)))
    expect((await failureIn(client.get(configMaps, 'shop', 'a'))).message).toContain('named "b"')
  })

  test('a broken stream is a failure, after one repetition', async () => {
    server.script((_request, answer) => {
      answer.open()
      answer.raw('{"kind":"ConfigMapList",')
      answer.reset()
    })
    const failure = await failureIn(client.list(configMaps))
    expect(['unreachable', 'bad-answer']).toContain(failure.code)
    expect(failure.retryable).toBe(true)
  })
})

describe('absence', () => {
  test('is told only by a Status about this very object', async () => {
    const details = { name: 'a', kind: 'configmaps' }
    server.script((_request, answer) => answer.status(404, 'NotFound', 'configmaps "a" not found', details))
    expect(await client.get(configMaps, 'shop', 'a')).toBeUndefined()
  })

  test.each([
    ['the namespace', { name: 'shop', kind: 'namespaces' }, 'not-found'],
    ['another object', { name: 'b', kind: 'configmaps' }, 'not-found'],
    ['the same name in another group', { name: 'a', kind: 'configmaps', group: 'x.io' }, 'not-found'],
    ['the kind', {}, 'unknown-kind'],
  ])('of %s throws', async (_what, details, code) => {
    server.script((_request, answer) => answer.status(404, 'NotFound', 'not found', details))
    expect((await failureIn(client.get(configMaps, 'shop', 'a'))).code).toBe(code)
  })

  test('of the path throws unknown-kind', async () => {
    server.script((_request, answer) => answer.text('404 page not found\n', 404))
    expect((await failureIn(client.get(configMaps, 'shop', 'a'))).code).toBe('unknown-kind')
  })

  test('incident 14: a null in place of items is an empty list, because Go writes it so', async () => {
    server.script((_request, answer) => answer.json({ ...configMapList(7, []), items: null }))
    expect(await client.list(configMaps)).toEqual({ items: [], resourceVersion: '7' })
  })
})

describe('a list in pages', () => {
  test('gives every object its kind and carries the revision of the first page', async () => {
    server.script(({ query }, answer) => {
      const next = query.get('continue')
      const {
        apiVersion: _v,
        kind: _k,
        ...bare
      } = configMap(next === null ? 'a' : 'b', 3) as Record<string, unknown>
      answer.json(configMapList(next === null ? 10 : 12, [bare], next === null ? 'more' : undefined))
    })
    const { items, resourceVersion } = await client.list(configMaps, { limit: 1 })
    expect(resourceVersion).toBe('10')
    expect(items.map((item) => [item.apiVersion, item.kind, item.metadata.name])).toEqual([
      ['v1', 'ConfigMap', 'a'],
      ['v1', 'ConfigMap', 'b'],
    ])
  })

  test('starts over when the server forgets its revision, and drops what came before', async () => {
    let rounds = 0
    server.script(({ query }, answer) => {
      if (query.get('continue') === null) {
        rounds += 1
        answer.json(configMapList(rounds * 10, [configMap('a', rounds)], `more-${rounds}`))
      } else if (rounds === 1) {
        answer.status(410, 'Expired', 'the continue token is too old')
      } else {
        answer.json(configMapList(20, [configMap('b', 2)]))
      }
    })
    const { items, resourceVersion } = await client.list(configMaps)
    expect(items.map((item) => `${item.metadata.name}@${item.metadata.resourceVersion}`)).toEqual([
      'a@2',
      'b@2',
    ])
    expect(resourceVersion).toBe('20')
  })

  test('gives up when the server always forgets it', async () => {
    server.script(({ query }, answer) => {
      if (query.get('continue') === null) answer.json(configMapList(10, [configMap('a', 1)], 'more'))
      else answer.status(410, 'Expired', 'the continue token is too old')
    })
    expect((await failureIn(client.list(configMaps))).code).toBe('gone')
  })
})

describe('a write', () => {
  test('carries manager, force, dry-run and validation, and returns warnings', async () => {
    server.script((_request, answer) =>
      answer.json(configMap('a', 6), 201, { warning: '299 - "first \\"quoted\\"", 299 - "second"' }),
    )
    const reply = await client.apply(configMaps, one, {
      manager: 'evenkeel',
      force: true,
      dryRun: true,
      fieldValidation: 'Strict',
    })
    expect(reply.created).toBe(true)
    expect(reply.warnings).toEqual(['first "quoted"', 'second'])
    const [request] = server.requests
    expect(request).toMatchObject({ method: 'PATCH', path: '/api/v1/namespaces/shop/configmaps/a' })
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      fieldManager: 'evenkeel',
      force: 'true',
      dryRun: 'All',
      fieldValidation: 'Strict',
    })
    expect(request?.headers['content-type']).toBe('application/apply-patch+yaml')
    expect(JSON.parse(request?.body ?? '')).toEqual(one)
  })

  test('safety I1: a delete carries the uid of the object that is meant', async () => {
    server.script((_request, answer) => answer.json({ kind: 'Status', apiVersion: 'v1', status: 'Success' }))
    const done = await client.delete(configMaps, 'shop', 'a', {
      uid: 'u-1',
      resourceVersion: '5',
      propagation: 'Orphan',
    })
    expect(done.gone).toBe(true)
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      preconditions: { uid: 'u-1', resourceVersion: '5' },
      propagationPolicy: 'Orphan',
    })
  })

  test('safety I1: a delete with an empty uid is never sent', async () => {
    await expect(client.delete(configMaps, 'shop', 'a', { uid: '' })).rejects.toThrow('needs the uid')
    expect(server.requests).toEqual([])
  })

  test('a delete that finalizers hold up is not gone', async () => {
    const held = { ...one, metadata: { ...one.metadata, finalizers: ['x/y'], deletionTimestamp: 'now' } }
    server.script((_request, answer) => answer.json(held))
    expect((await client.delete(configMaps, 'shop', 'a', { uid: 'u-1' })).gone).toBe(false)
  })
})
