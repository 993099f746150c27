import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FakeClock, Redacted } from '../../runtime/index.ts'
import { announcedRepositories, placeOfRepository, PushLooks, Signatures } from './index.ts'

const secret = "It's a Secret to Everybody"

function signatures(
  configured: Readonly<Record<string, string>> = { github: 'hook', gitlab: 'hook', gitea: 'hook' },
) {
  return new Signatures(new Map(Object.entries(configured)), {
    read: async () => new Redacted(`${secret}\n`),
  })
}

async function signedBy(provider: string, headers: Readonly<Record<string, string>>, body: string) {
  const signed = await signatures().of(provider, (name) => headers[name])
  return signed?.check(Buffer.from(body))?.name
}

const hmac = (body: string, key = secret): string => createHmac('sha256', key).update(body).digest('hex')

describe('row 42: the signature of a webhook', () => {
  test('is that of the documentation of GitHub', async () => {
    const header = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    expect(await signedBy('github', { 'x-hub-signature-256': header }, 'Hello, World!')).toBe(
      'webhook of github',
    )
  })

  test('is taken in the form of each forge, and of no other', async () => {
    const body = '{"repository":{}}'
    const github = { 'x-hub-signature-256': `sha256=${hmac(body)}` }
    const gitlab = { 'x-gitlab-token': secret }
    const gitea = { 'x-gitea-signature': hmac(body) }
    expect(await signedBy('github', github, body)).toBe('webhook of github')
    expect(await signedBy('gitlab', gitlab, body)).toBe('webhook of gitlab')
    expect(await signedBy('gitea', gitea, body)).toBe('webhook of gitea')
    expect(await signedBy('gitea', github, body)).toBe('webhook of gitea')
    for (const [provider, headers] of [
      ['github', gitlab],
      ['github', gitea],
      ['gitlab', github],
      ['gitlab', gitea],
      ['gitea', gitlab],
      ['bitbucket', github],
      ['__proto__', github],
      ['', github],
    ] as const) {
      expect([provider, await signedBy(provider, headers, body)]).toEqual([provider, undefined])
    }
  })

  test('that is wrong, of another body, of another key, cut or missing proves nothing', async () => {
    const body = '{"a":1}'
    const good = hmac(body)
    for (const header of [
      `sha256=${hmac(`${body} `)}`,
      `sha256=${hmac(body, 'other')}`,
      `sha256=${good.slice(1)}`,
      `sha256=${good}0`,
      `sha256=${good.toUpperCase()}`,
      `sha1=${good}`,
      good,
      'sha256=',
      '',
      `sha256=${'é'.repeat(64)}`,
    ]) {
      expect([header, await signedBy('github', { 'x-hub-signature-256': header }, body)]).toEqual([
        header,
        undefined,
      ])
    }
    for (const token of ['', secret.slice(1), `${secret}x`, secret.toLowerCase(), 'x'.repeat(10_000)]) {
      expect(await signedBy('gitlab', { 'x-gitlab-token': token }, body)).toBeUndefined()
    }
    expect(await signedBy('github', {}, body)).toBeUndefined()
  })

  test('of a forge without a secret proves nothing, and no secret is read for it', async () => {
    const none = new Signatures(new Map(), { read: () => Promise.reject(new Error('read')) })
    const header = (): string => `sha256=${hmac('{}', '')}`
    expect(await none.of('github', header)).toBeUndefined()
    const empty = new Signatures(new Map([['github', 'hook']]), { read: async () => new Redacted('\n') })
    expect((await empty.of('github', header))?.check(Buffer.from('{}'))).toBeUndefined()
  })

  test('gives no privilege', async () => {
    const signed = await signatures().of('gitlab', () => secret)
    expect(signed?.check(Buffer.from('{}'))?.grants).toEqual([])
  })
})

describe('what a webhook is about', () => {
  test('is the repository of the payload, by each of its addresses', () => {
    const github = {
      ref: 'refs/heads/main',
      after: '0'.repeat(40),
      repository: {
        full_name: 'org/fleet',
        html_url: 'https://github.example/org/fleet',
        clone_url: 'https://github.example/org/fleet.git',
        ssh_url: 'git@github.example:org/fleet.git',
        git_url: 'git://github.example/org/fleet.git',
      },
    }
    const gitlab = {
      project: {
        git_http_url: 'https://gitlab.example/group/sub/fleet.git',
        git_ssh_url: 'git@gitlab.example:group/sub/fleet.git',
      },
      repository: { name: 'fleet', url: 'git@gitlab.example:group/sub/fleet.git' },
    }
    expect(announcedRepositories(github)).toEqual(new Set(['github.example/org/fleet']))
    expect(announcedRepositories(gitlab)).toEqual(new Set(['gitlab.example/group/sub/fleet']))
  })

  test('is the same place by https, ssh and the short form of ssh, and never a folder or a pattern', () => {
    for (const url of [
      'https://git.example/org/fleet.git',
      'https://GIT.example:3000/org/fleet/',
      'ssh://git@git.example:2222/org/fleet.git',
      'git@git.example:org/fleet.git',
    ]) {
      expect(placeOfRepository(url)).toBe('git.example/org/fleet')
    }
    expect(placeOfRepository('https://git.example/org/Fleet')).not.toBe('git.example/org/fleet')
    for (const url of [
      '/srv/fleet',
      'file:///srv/fleet',
      '.*',
      'https://',
      'ext::sh -c x',
      'https://git.example/',
      '',
    ]) {
      expect([url, placeOfRepository(url)]).toEqual([url, undefined])
    }
  })

  test('row 42: is never anything but places, whatever the payload is', () => {
    for (const payload of [
      null,
      [],
      'x',
      1,
      {},
      { repository: null },
      { repository: [] },
      { repository: {} },
    ]) {
      expect(announcedRepositories(payload)).toBeUndefined()
    }
    expect(announcedRepositories({ repository: { clone_url: ['https://a/b'] } })).toBeUndefined()
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (one, two) => {
        const found = announcedRepositories({ repository: { clone_url: one }, project: two })
        for (const place of found ?? []) expect(place).toMatch(/^[^/]+\/.+$/)
      }),
    )
  })
})

test('a thousand webhooks cost one look, and one more a second later', async () => {
  const clock = new FakeClock()
  const looks: string[] = []
  const pushes = new PushLooks({
    clock,
    look: async (repository) => void looks.push(repository),
    onError: () => undefined,
  })
  for (let times = 0; times < 1000; times += 1) pushes.add('git.example/fleet')
  await clock.advance(0)
  pushes.add('git.example/other')
  for (let times = 0; times < 1000; times += 1) pushes.add('git.example/fleet')
  expect(looks).toEqual(['git.example/fleet', 'git.example/other'])
  await clock.advance(999)
  expect(looks).toHaveLength(2)
  await clock.advance(1)
  expect(looks).toEqual(['git.example/fleet', 'git.example/other', 'git.example/fleet'])
  await clock.advance(60_000)
  expect(looks).toHaveLength(3)
  await pushes.stop()
  pushes.add('git.example/fleet')
  await clock.advance(10_000)
  expect(looks).toHaveLength(3)
})
