import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpsServer, serveHttps } from '../git/servers.ts'
import {
  head,
  makeTestFleet,
  startTestHub,
  type TestFleet,
  type TestHub,
  until,
  writeHubYaml,
} from './hub-under-test.ts'

const secret = 'canary-webhook-secret'

/** A hub with a repository on a server of its own, so that every request there is a look of this hub. */
interface Rig {
  readonly server: HttpsServer
  readonly hub: TestHub
  seen(revision: string): Promise<unknown>
  close(): Promise<void>
}

let fleet: TestFleet
let folder: string
/** Polls once an hour: what it sees sooner, a webhook made it see. */
let rig: Rig

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-webhooks-'))
  writeFileSync(join(folder, 'secret'), `${secret}\n`)
  fleet = await makeTestFleet()
  await fleet.commit({ 'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n` })
  rig = await start('1h')
})

afterAll(async () => {
  await rig.close()
  for (const one of [folder, fleet.folder]) await rm(one, { recursive: true, force: true })
})

/** Starts a hub, and waits for its first look. */
async function start(poll: string): Promise<Rig> {
  const server = await serveHttps(fleet.folder)
  const hub = await startTestHub(
    await writeHubYaml(folder, {
      data: await mkdtemp(join(folder, 'data-')),
      listen: '127.0.0.1:0',
      fleet: { url: server.url, branch: 'main', poll },
      authorities: [server.caFile],
      credentials: [{ name: 'hook', file: join(folder, 'secret') }],
      webhooks: { github: { secret: 'hook' }, gitlab: { secret: 'hook' }, gitea: { secret: 'hook' } },
    }),
  )
  const started: Rig = {
    server,
    hub,
    seen: (revision) =>
      until(
        `the hub sees ${revision}`,
        () => hub.client.fleet({}),
        (view) => view.revision === revision,
      ),
    close: async () => {
      await hub.running.stop()
      await server.close()
    },
  }
  await started.seen(fleet.git('rev-parse', 'HEAD'))
  return started
}

const url = (provider = 'github', to = rig): string => `${to.hub.running.url}/api/v1/webhooks/git/${provider}`

function headersFor(provider: string, body: string): Record<string, string> {
  const hmac = createHmac('sha256', secret).update(body).digest('hex')
  const proofs: Readonly<Record<string, Record<string, string>>> = {
    github: { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hmac}` },
    gitlab: { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret },
    gitea: { 'x-gitea-event': 'push', 'x-gitea-signature': hmac },
  }
  return { 'content-type': 'application/json', ...proofs[provider] }
}

/** The payload of a push, as each forge writes it, as far as anybody could look at it. */
function payload(provider: string, more: object = {}, address = rig.server.url): string {
  const about = { ref: 'refs/heads/main', before: '1'.repeat(40), after: '2'.repeat(40), commits: [] }
  const repository = { name: 'fleet', full_name: 'corp/fleet', private: true, default_branch: 'main' }
  return provider === 'gitlab'
    ? JSON.stringify({
        object_kind: 'push',
        ...about,
        project: { git_http_url: address },
        repository,
        ...more,
      })
    : JSON.stringify({
        ...about,
        repository: { ...repository, clone_url: address, html_url: address },
        ...more,
      })
}

async function send(provider: string, body: string, headers = headersFor(provider, body), to = rig) {
  const answer = await fetch(url(provider, to), { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}

describe('a push webhook', () => {
  test.each(['github', 'gitlab', 'gitea'])(
    'of %s makes the hub look at once, and see what is there',
    async (provider) => {
      const revision = await fleet.commit({ 'README.md': `${provider}\n` })
      const answer = await send(provider, payload(provider))
      expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { repositories: ['fleet'] }])
      await rig.seen(revision)
    },
  )

  test('row 42: never selects the revision: the tip is used, whatever the payload says', async () => {
    const old = fleet.git('rev-parse', 'HEAD~1')
    const revision = await fleet.commit({ 'README.md': 'tip\n' })
    const answer = await send(
      'github',
      payload('github', { after: old, ref: 'refs/heads/other', head_commit: { id: old } }),
    )
    expect(answer.status).toBe(200)
    await rig.seen(revision)
    for (const after of ['0'.repeat(40), '--upload-pack=touch', '../../etc', null]) {
      expect((await send('github', payload('github', { after, ref: after }))).status).toBe(200)
    }
    expect((await rig.hub.client.fleet({})).revision).toBe(revision)
  })

  test('may be lost: incident 36, without any webhook a commit is seen within the poll interval', async () => {
    const polling = await start('1s')
    try {
      await polling.seen(await fleet.commit({ 'README.md': 'polled\n' }))
    } finally {
      await polling.close()
    }
  })
})

describe('row 42: a webhook that is none is refused, and nothing is looked at', () => {
  // A hub of its own, that nobody announced anything to: nothing that it does was asked for before.
  let quiet: Rig
  const looks = (): number => quiet.server.requests.length

  beforeAll(async () => {
    quiet = await start('1h')
  })

  afterAll(() => quiet.close())

  const sendQuiet = (body: string, provider = 'github', headers = headersFor(provider, body)) =>
    send(provider, body, headers, quiet)

  test('without a signature, with a bad one, and with a token of the hub in its place', async () => {
    const before = looks()
    const body = payload('github', {}, quiet.server.url)
    const bad: readonly (readonly [string, Record<string, string>])[] = [
      ['github', {}],
      ['github', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
      ['github', headersFor('github', `${body} `)],
      ['github', headersFor('gitlab', body)],
      ['gitlab', { 'x-gitlab-token': `${secret}x` }],
      ['gitlab', { 'x-gitlab-token': '' }],
      ['gitea', { 'x-gitea-signature': 'null' }],
      ['bitbucket', headersFor('github', body)],
      ['github', { authorization: `Bearer ${quiet.hub.running.token}` }],
    ]
    const answers = new Set<string>()
    for (const [provider, headers] of bad) {
      const all = { 'content-type': 'application/json', 'x-request-id': 'same', ...headers }
      const { status, text } = await sendQuiet(body, provider, all)
      expect([provider, headers, status]).toEqual([provider, headers, 401])
      answers.add(text)
    }
    // Nobody learns which forges there are.
    expect(answers.size).toBe(1)
    expect(looks()).toBe(before)
  })

  test('about a repository that the hub does not know, or a pattern, or nothing', async () => {
    const before = looks()
    for (const address of [
      'https://github.com/other/fleet',
      '.*',
      'https://.*/fleet',
      fleet.folder,
      `${quiet.server.url}-other`,
      '',
    ]) {
      const { status } = await sendQuiet(payload('github', {}, address))
      expect([address, status]).toEqual([address, address.startsWith('https://') ? 404 : 400])
    }
    for (const body of [
      'null',
      '[]',
      '[null]',
      '{"repository":null}',
      '{"repository":[null]}',
      '{"repository":{"clone_url":[null]}}',
      '{"repository":{"clone_url":{"$gt":""}}}',
      '{"__proto__":{"repository":{}}}',
      '{"commits":null}',
      '{',
      '',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '\ud800',
    ]) {
      const { status } = await sendQuiet(body)
      expect([body.slice(0, 40), status]).toEqual([body.slice(0, 40), 400])
    }
    const form = {
      ...headersFor('github', 'payload=%7B%7D'),
      'content-type': 'application/x-www-form-urlencoded',
    }
    expect((await sendQuiet('payload=%7B%7D', 'github', form)).status).toBe(415)
    expect((await fetch(url('github', quiet), { method: 'GET' })).status).toBe(401)
    expect(looks()).toBe(before)
  })

  test('of 1 GB is refused before it is sent, and one that grows is cut', async () => {
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
    const ask = (more: Record<string, string>, write: (request: ReturnType<typeof httpRequest>) => void) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(
          url('github', quiet),
          { method: 'POST', headers: { ...headers, ...more } },
          (response) => {
            resolve(response.statusCode)
            request.destroy()
          },
        )
        request.on('error', reject)
        write(request)
      })
    expect(await ask({ 'content-length': String(1024 ** 3) }, (request) => request.flushHeaders())).toBe(413)
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    expect(
      await ask({ 'transfer-encoding': 'chunked' }, (request) => {
        for (let sent = 0; sent < 8; sent += 1) request.write(chunk)
      }),
    ).toBe(413)
  })

  test('a flood of good ones is a few looks, and the hub answers others meanwhile', async () => {
    const before = looks()
    const body = payload('github', {}, quiet.server.url)
    const answers = await Promise.all(Array.from({ length: 200 }, () => sendQuiet(body)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await quiet.hub.client.fleet({})).name).toBe('corp')
    // A look is two requests to the server of the repository; one for each webhook would be four hundred.
    expect(looks() - before).toBeLessThan(200)
  })
})

test('the document of the API says how a webhook is authenticated', async () => {
  const document = (await (await fetch(`${rig.hub.running.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: object[]; description: string }>>
    components: { securitySchemes: Record<string, object> }
  }
  const operation = document.paths['/api/v1/webhooks/git/{provider}']?.['post']
  expect(operation?.security).toEqual([{ githubSignature: [] }, { gitlabToken: [] }, { giteaSignature: [] }])
  expect(document.components.securitySchemes['githubSignature']).toEqual({
    type: 'apiKey',
    in: 'header',
    name: 'X-Hub-Signature-256',
  })
})

test('row 47: the secret stands in no line of the log and in no answer', async () => {
  const { text } = await send('gitlab', payload('gitlab'), {
    'content-type': 'application/json',
    'x-gitlab-token': `${secret}1`,
  })
  expect(text).not.toContain(secret)
  expect(rig.hub.lines.join('\n')).not.toContain(secret)
})
