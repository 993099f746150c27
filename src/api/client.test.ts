import { describe, expect, test } from 'vitest'
import { createClient } from './index.ts'

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

function clientWith(answer: (sent: Sent) => Response | Error) {
  const sent: Sent[] = []
  const client = createClient({
    url: 'http://hub.example/',
    token: 't-1',
    fetch: async (url, init) => {
      sent.push({ url, init })
      const given = answer({ url, init })
      if (given instanceof Error) throw given
      return given
    },
  })
  return { client, sent }
}

const names = () => Response.json({ names: ['a'] })
const headersOf = ({ init }: Sent) => init.headers as Record<string, string>

describe('the client', () => {
  test('writes names, lists and nothing for what is undefined into the address', async () => {
    const { client, sent } = clientWith(names)
    await client.names({ query: { of: 'clusters', prefix: 'a b&c' } })
    await client.status({ query: { cluster: ['a', 'b'], labels: undefined } }).catch(() => {})
    await client.cluster({ params: { cluster: '../x?y' } }).catch(() => {})
    expect(sent.map((one) => one.url)).toEqual([
      'http://hub.example/api/v1/names?of=clusters&prefix=a+b%26c',
      'http://hub.example/api/v1/status?cluster=a&cluster=b',
      'http://hub.example/api/v1/clusters/..%2Fx%3Fy',
    ])
    expect(headersOf(sent[0] as Sent)['authorization']).toBe('Bearer t-1')
  })

  test('follows no redirect, which could carry the token to another origin (row 16)', async () => {
    const { client, sent } = clientWith(names)
    await client.names({ query: { of: 'clusters' } })
    expect(sent[0]?.init.redirect).toBe('error')
  })

  test('never asks with an empty name, which would be another route', async () => {
    const { client, sent } = clientWith(names)
    await expect(client.cluster({ params: { cluster: '' } })).rejects.toMatchObject({
      code: 'invalid-request',
    })
    expect(sent).toEqual([])
  })

  test('sends every write under a key of its own, or under the one that it is given', async () => {
    const { client, sent } = clientWith(() => Response.json({ clusters: [], repository: true }))
    await client.reconcile({ body: {} })
    await client.reconcile({ body: {} })
    await client.reconcile({ body: {} }, { idempotencyKey: 'mine' })
    const keys = sent.map((one) => headersOf(one)['idempotency-key'])
    expect(keys[0]).not.toBe(keys[1])
    expect(keys[2]).toBe('mine')
  })

  test('gives the failure that the hub told of, with code, hint and parts', async () => {
    const problem = {
      type: 'urn:evenkeel:problem:confirmation-needed',
      title: 'Confirmation needed',
      status: 412,
      detail: 'a protected cluster asks for a reason',
      code: 'confirmation-needed',
      hint: 'give one',
      details: [{ where: 'reason', message: 'missing' }],
      requestId: 'r-1',
    }
    const { client } = clientWith(() => Response.json(problem, { status: 412 }))
    await expect(client.status()).rejects.toMatchObject({
      code: 'confirmation-needed',
      message: 'a protected cluster asks for a reason',
      hint: 'give one',
      details: [{ where: 'reason', message: 'missing' }],
    })
  })

  test('takes HTML, a cut body and another shape for no answer of a hub', async () => {
    const answers = [
      new Response('<html>', { status: 502 }),
      new Response('<html>'),
      new Response('{"names":["a"'),
      Response.json({ names: [1] }),
      Response.json(null),
    ]
    for (const answer of answers) {
      const { client } = clientWith(() => answer)
      await expect(client.names({ query: { of: 'clusters' } })).rejects.toMatchObject({ code: 'bad-answer' })
    }
  })

  test('says why no answer came, and that it may come later', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    const { client } = clientWith(() => new TypeError('fetch failed', { cause }))
    await expect(client.status()).rejects.toMatchObject({
      code: 'hub-unreachable',
      message: 'hub http://hub.example: no answer: connect ECONNREFUSED 127.0.0.1:1',
      retryable: true,
    })
  })
})
