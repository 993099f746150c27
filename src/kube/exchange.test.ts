import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, configMap, configMaps, failureIn, secrets } from '../../test/faults/scripted-client.ts'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  ScriptedServer,
} from '../../test/faults/scripted-server.ts'
import { waitFor } from '../../test/faults/wait-for.ts'
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
const apply = { manager: 'evenkeel', force: false }

describe('a server that asks to wait', () => {
  const busy = (request: ScriptedRequest, answer: ScriptedAnswer): void => {
    const before = server.asked(request.path).length
    if (before === 1)
      answer.status(429, 'TooManyRequests', 'try later', { retryAfterSeconds: 7 }, { 'retry-after': '7' })
    else answer.json(configMap('a', 6), request.method === 'POST' ? 201 : 200)
  }

  test('incident 37: an apply waits as long as it is told to, then is repeated', async () => {
    server.script(busy)
    const logged: string[] = []
    await client.close()
    client = await clientOf(server.kubeconfig(), {
      clock,
      random: () => 0,
      log: (message) => logged.push(message),
    })
    const applied = client.apply(configMaps, one, apply)
    await waitFor(() => logged.length === 1 && clock.pending === 1)
    await clock.advance(6_900)
    expect(server.requests).toHaveLength(1)
    await clock.advance(100)
    expect((await applied).object.metadata.resourceVersion).toBe('6')
    expect(server.requests).toHaveLength(2)
  })

  test('a create is not repeated, because doing it twice is not doing it once', async () => {
    server.script(busy)
    const failure = await failureIn(client.create(configMaps, one, { manager: 'evenkeel' }))
    expect(failure).toMatchObject({ code: 'rate-limited', status: 429, retryAfterMs: 7_000, retryable: true })
    expect(server.requests).toHaveLength(1)
  })

  test('repetitions end when it goes on asking', async () => {
    server.script((_request, answer) =>
      answer.status(429, 'TooManyRequests', 'try later', {}, { 'retry-after': '10' }),
    )
    const logged: string[] = []
    await client.close()
    client = await clientOf(server.kubeconfig(), {
      clock,
      random: () => 0,
      log: (message) => logged.push(message),
    })
    const failing = failureIn(client.get(configMaps, 'shop', 'a'))
    let over = false
    void failing.then(() => {
      over = true
    })
    for (let waits = 1; !over; waits += 1) {
      await waitFor(() => over || (logged.length === waits && clock.pending === 1))
      await clock.advance(10_000)
    }
    expect((await failing).code).toBe('rate-limited')
    expect(server.requests.length).toBeLessThanOrEqual(7)
  })
})

describe('a refusal', () => {
  test('of an apply names every field with its owner, version and subresource', async () => {
    const cause = (message: string, field: string): object => ({
      reason: 'FieldManagerConflict',
      message,
      field,
    })
    const causes = [
      cause('conflict with "kubectl-edit" using apps/v1 at 2026-01-02T03:04:05Z', '.spec.replicas'),
      cause('conflict with "kube \\"x\\"" with subresource "scale" using apps/v1', '.spec.paused'),
      cause('conflict with "helm"', '.metadata.labels.app'),
    ]
    server.script((_request, answer) =>
      answer.status(409, 'Conflict', 'Apply failed with 3 conflicts', { causes }),
    )
    const failure = await failureIn(client.apply(configMaps, one, apply))
    expect(failure.code).toBe('apply-conflict')
    expect(failure.message).toBe(
      'ConfigMap shop/a: cannot apply 3 fields owned by others: .spec.replicas ("kubectl-edit"), ' +
        '.spec.paused ("kube "x""), .metadata.labels.app ("helm")',
    )
    expect(failure.conflicts).toEqual([
      {
        path: '.spec.replicas',
        manager: 'kubectl-edit',
        apiVersion: 'apps/v1',
        subresource: undefined,
        time: '2026-01-02T03:04:05Z',
      },
      {
        path: '.spec.paused',
        manager: 'kube "x"',
        apiVersion: 'apps/v1',
        subresource: 'scale',
        time: undefined,
      },
      {
        path: '.metadata.labels.app',
        manager: 'helm',
        apiVersion: undefined,
        subresource: undefined,
        time: undefined,
      },
    ])
  })

  test('safety 44: of a Secret passes none of the texts of the server on, because they quote what was sent', async () => {
    const causes = [{ reason: 'FieldValueInvalid', message: 'Invalid value: "canary-1"', field: 'data[key]' }]
    server.script((_request, answer) =>
      answer.status(422, 'Invalid', 'Secret "a" is invalid: canary-2', { causes }),
    )
    const secret = { ...one, kind: 'Secret' } as unknown as KubeObject
    const failure = await failureIn(client.apply(secrets, secret, apply))
    expect(failure.message).toBe('Secret shop/a: cannot apply: Invalid (data[key])')
    expect(failure.details).toEqual([
      { where: 'data[key]', message: 'FieldValueInvalid', reason: 'FieldValueInvalid' },
    ])
    expect(inspect(failure, { depth: 9 })).not.toContain('canary')
  })

  test.each([
    [403, 'Forbidden', 'forbidden'],
    [409, 'AlreadyExists', 'already-exists'],
    [409, 'Conflict', 'conflict'],
    [410, 'Expired', 'gone'],
    [413, 'RequestEntityTooLarge', 'too-large'],
    [415, 'UnsupportedMediaType', 'unsupported-media'],
    [422, 'Invalid', 'invalid'],
    [500, 'InternalError', 'server-error'],
    [503, 'ServiceUnavailable', 'server-error'],
  ])('%i %s is %s', async (status, reason, code) => {
    server.script((_request, answer) => answer.status(status, reason, 'because'))
    const failure = await failureIn(client.apply(configMaps, one, apply))
    expect(failure).toMatchObject({ code, status, reason, subject: 'ConfigMap shop/a' })
    expect(failure.message).toBe('ConfigMap shop/a: cannot apply: because')
  })

  test('with 401 is final when the credential cannot be had afresh', async () => {
    server.script((_request, answer) => answer.status(401, 'Unauthorized', 'Unauthorized'))
    const failure = await failureIn(client.get(configMaps, 'shop', 'a'))
    expect(failure.code).toBe('unauthorized')
    expect(server.requests).toHaveLength(1)
    expect(JSON.stringify(failure)).not.toContain('scripted-token')
  })
})
