import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isFailure } from '../../core/failure.ts'
import { type CommitStatus, type ForgeKind, openForge } from './index.ts'

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: unknown
}

const status: CommitStatus = {
  repository: 'group/sub/shop',
  commit: 'a'.repeat(40),
  context: 'evenkeel/shop',
  state: 'pending',
  description: 'stage canary (1 of 3): 0/4 clusters healthy',
  url: 'https://hub.example.com/bundles/shop/runs/r-1',
}

let server: Server
let asked: Asked[]
let answer: { status: number; body: string; headers?: Record<string, string> }
let api: string

beforeEach(async () => {
  asked = []
  answer = { status: 201, body: '{}' }
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8')
      const { method, url, headers } = request
      asked.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  api = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/api/v1`
})

afterEach(async () => {
  server.close()
  await once(server, 'close')
})

async function say(kind: ForgeKind, more: Partial<CommitStatus> = {}): Promise<unknown> {
  const forge = openForge({ kind, api, token: async () => 'secret-token\n' })
  try {
    return await forge.setStatus({ ...status, ...more }).catch((error: unknown) => error)
  } finally {
    await forge.close()
  }
}

describe('a commit status', () => {
  test('is said as each forge documents it', async () => {
    for (const kind of ['github', 'gitea', 'gitlab'] as const) expect(await say(kind)).toBeUndefined()
    const [github, gitea, gitlab] = asked
    const path = `/api/v1/repos/group/sub/shop/statuses/${status.commit}`
    const body = { state: 'pending', context: 'evenkeel/shop', target_url: status.url }
    expect(github).toMatchObject({ method: 'POST', url: path, body })
    expect(github?.headers).toMatchObject({ authorization: 'Bearer secret-token' })
    expect(gitea).toMatchObject({ method: 'POST', url: path, body })
    expect(gitea?.headers).toMatchObject({ authorization: 'token secret-token' })
    expect(gitlab).toMatchObject({
      method: 'POST',
      url: `/api/v1/projects/group%2Fsub%2Fshop/statuses/${status.commit}`,
      body: { state: 'running', name: 'evenkeel/shop', target_url: status.url },
    })
    expect(gitlab?.headers).toMatchObject({ 'private-token': 'secret-token' })
  })

  test('has a word for every end on every forge', async () => {
    for (const kind of ['github', 'gitea', 'gitlab'] as const) {
      for (const state of ['success', 'failure', 'ended'] as const) await say(kind, { state })
    }
    expect(asked.map(({ body }) => (body as { state: string }).state)).toEqual(
      [
        ['success', 'failure', 'error'],
        ['success', 'failure', 'warning'],
        ['success', 'failed', 'canceled'],
      ].flat(),
    )
  })

  test('that is too long is cut where the forge has no more room, never inside a character', async () => {
    await say('github', { description: '👍'.repeat(200) })
    const { description } = (asked[0]?.body ?? {}) as { description: string }
    expect(Array.from(description)).toHaveLength(140)
    expect(description).toBe(`${'👍'.repeat(139)}…`)
  })
})

describe('a pull request', () => {
  const wanted = {
    repository: 'group/sub/shop',
    from: 'evenkeel/accept-1',
    onto: 'main',
    title: 'Accept Deployment/shop/web: spec.replicas',
    text: 'The autoscaler owns it.',
  }

  async function propose(kind: ForgeKind): Promise<unknown> {
    const forge = openForge({ kind, api, token: async () => 'secret-token' })
    try {
      return await forge.openPullRequest(wanted).catch((error: unknown) => error)
    } finally {
      await forge.close()
    }
  }

  test('is opened as each forge documents it, and its page is told', async () => {
    answer.body = '{"html_url":"https://forge/pulls/1","web_url":"https://forge/merge_requests/1"}'
    expect(await propose('github')).toBe('https://forge/pulls/1')
    expect(await propose('gitea')).toBe('https://forge/pulls/1')
    expect(await propose('gitlab')).toBe('https://forge/merge_requests/1')
    const [github, gitea, gitlab] = asked
    const { from: head, onto: base, title, text } = wanted
    for (const one of [github, gitea]) {
      expect(one).toMatchObject({
        method: 'POST',
        url: '/api/v1/repos/group/sub/shop/pulls',
        body: { head, base, title, body: text },
      })
    }
    expect(gitlab).toMatchObject({
      method: 'POST',
      url: '/api/v1/projects/group%2Fsub%2Fshop/merge_requests',
      body: { source_branch: head, target_branch: base, title, description: text },
    })
  })

  test('that is not opened says so, with the right that the token lacks', async () => {
    answer = { status: 403, body: 'Resource not accessible' }
    expect(await propose('github')).toMatchObject({
      code: 'denied',
      message: expect.stringContaining('repository group/sub/shop: cannot open a pull request'),
      hint: 'give the token the right to open a pull request',
    })
    for (const body of ['<html>', '{}', 'null', '{"html_url":"javascript:alert(1)"}']) {
      answer = { status: 201, body }
      expect(await propose('gitea'), body).toMatchObject({ code: 'refused' })
    }
  })
})

describe('a forge that does not take it', () => {
  test.each([
    [401, 'Bad credentials', 'denied', false],
    [403, 'Resource not accessible by integration', 'denied', false],
    [403, 'API rate limit exceeded', 'limited', true],
    [404, 'Not Found', 'not-found', false],
    [422, 'No commit found for SHA', 'refused', false],
    [429, 'slow down', 'limited', true],
    [502, '<html>bad gateway</html>', 'unreachable', true],
  ])('answers %i %s', async (code, body, wanted, retryable) => {
    answer = { status: code, body }
    const failure = await say('github')
    if (!isFailure(failure)) throw new Error(String(failure))
    expect([failure.code, failure.retryable]).toEqual([wanted, retryable])
    expect(failure.message).toContain('repository group/sub/shop: cannot set a commit status')
    expect(failure.message).toContain(body)
    expect(failure.message).not.toContain('secret-token')
  })

  test('does not get the token carried anywhere else', async () => {
    answer = { status: 302, body: '', headers: { location: `${api}/elsewhere` } }
    expect(await say('gitea')).toMatchObject({ code: 'refused' })
    expect(asked).toHaveLength(1)
  })

  test('is not there', async () => {
    const forge = openForge({ kind: 'gitea', api: 'http://127.0.0.1:9/api/v1', token: async () => 't' })
    const failure = await forge.setStatus(status).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'unreachable', retryable: true })
    await forge.close()
  })

  test('says on GitLab that the status is the same already, which is what was wanted', async () => {
    answer = { status: 400, body: '{"message":"Cannot transition status via :run from :running"}' }
    expect(await say('gitlab')).toBeUndefined()
  })
})
