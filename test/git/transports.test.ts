import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { GitCredential, GitSecret } from '../../src/git/index.ts'
import { failureOf, Rig, textsOf } from './opened.ts'
import { type HttpsServer, serveHttps, serveSsh, type SshServer, sshd } from './servers.ts'

let rig: Rig
const closing: (() => Promise<void>)[] = []

beforeEach(() => {
  rig = new Rig()
  rig.origin.commit({ 'a.yaml': 'a\n' })
})

afterEach(async () => {
  await rig.close()
  await Promise.all(closing.splice(0).map((close) => close()))
})

function credential(secret: GitSecret): GitCredential {
  return { name: 'fleet', read: async () => secret }
}

describe('HTTPS', () => {
  const password: GitSecret = { kind: 'password', username: 'git', password: 'pw-canary-1f3a' }
  const basic = `Basic ${Buffer.from('git:pw-canary-1f3a').toString('base64')}`

  async function serve(authorization?: string): Promise<HttpsServer> {
    const server = await serveHttps(rig.origin.folder, authorization)
    closing.push(() => server.close())
    return server
  }

  test('a public repository is read without a credential', async () => {
    const server = await serve()
    const repository = await rig.fetched({ url: server.url, caFile: server.caFile })
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'a\n' })
    expect(server.requests.every((request) => request.endsWith(' -'))).toBe(true)
  })

  test('a password and a token are sent as headers, and stand nowhere on disk', async () => {
    const server = await serve(basic)
    const repository = await rig.fetched({
      url: server.url,
      caFile: server.caFile,
      credential: credential(password),
    })
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'a\n' })
    const bearer = await serve('Bearer token-canary-77aa')
    const other = await rig.open({
      url: bearer.url,
      caFile: bearer.caFile,
      cacheDir: `${rig.cacheDir}/token`,
      credential: credential({ kind: 'token', token: 'token-canary-77aa' }),
    })
    await other.fetch()
    expect(await textsOf(other)).toEqual({ 'a.yaml': 'a\n' })
    const files = readdirSync(rig.cacheDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const texts = files.map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'latin1')).join('\n')
    for (const canary of ['canary', Buffer.from('git:pw-canary-1f3a').toString('base64')])
      expect(texts).not.toContain(canary)
  })

  test('row 47: a wrong password is denied, and no message holds it', async () => {
    const server = await serve('Basic something else')
    const repository = await rig.open({
      url: server.url,
      caFile: server.caFile,
      credential: credential(password),
    })
    const failure = await failureOf(repository.fetch())
    expect(failure).toMatchObject({ code: 'denied', hint: 'check the credential that the repository names' })
    expect(JSON.stringify(failure) + String(failure)).not.toContain('canary')
  })

  test('a changed credential takes effect at the next fetch', async () => {
    const server = await serve(basic)
    let secret: GitSecret = { ...password, password: 'old' }
    const repository = await rig.open({
      url: server.url,
      caFile: server.caFile,
      credential: { name: 'fleet', read: async () => secret },
    })
    expect(await failureOf(repository.fetch())).toMatchObject({ code: 'denied' })
    secret = password
    await repository.fetch()
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'a\n' })
  })

  test('row 21: an unknown certificate authority fails', async () => {
    const server = await serve()
    const repository = await rig.open({ url: server.url })
    expect(await failureOf(repository.fetch())).toMatchObject({ code: 'tls' })
    expect(server.requests).toEqual([])
  })

  test('row 16: a redirect is not followed, and the credential goes to nobody else', async () => {
    const elsewhere = await serve()
    const server = await serve()
    server.answer = (request, response) => {
      response.writeHead(302, { Location: elsewhere.url + (request.url ?? '').replace('/fleet', '') }).end()
    }
    const repository = await rig.open({
      url: server.url,
      caFile: server.caFile,
      credential: credential(password),
    })
    expect(await failureOf(repository.fetch())).toMatchObject({
      code: 'invalid-url',
      hint: 'write the final URL',
    })
    expect(elsewhere.requests).toEqual([])
  })

  test('incident 3: errors, HTML, an empty answer and a cut one are failures that keep what was read', async () => {
    const server = await serve()
    const repository = await rig.fetched({ url: server.url, caFile: server.caFile })
    rig.origin.git('branch', 'other')
    await repository.fetch()
    const answers: readonly (readonly [string, HttpsServer['answer'], RegExp])[] = [
      ['500', (_, response) => void response.writeHead(500).end('oops'), /unreachable/],
      ['429', (_, response) => void response.writeHead(429, { 'Retry-After': '1' }).end(), /unreachable/],
      ['404', (_, response) => void response.writeHead(404).end(), /no-repository/],
      [
        'HTML',
        (_, response) =>
          void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>sign in</html>'),
        /./,
      ],
      ['empty', (_, response) => void response.writeHead(200).end(), /./],
      [
        'cut',
        (_, response) => {
          response.writeHead(200, {
            'Content-Type': 'application/x-git-upload-pack-advertisement',
            'Content-Length': '500',
          })
          response.write('001e# service=git-upload-pack\n0000')
          setImmediate(() => response.destroy())
        },
        /./,
      ],
      ['dropped', (request) => void request.socket.destroy(), /unreachable/],
    ]
    for (const [what, answer, code] of answers) {
      server.answer = answer
      expect([what, await failureOf(repository.fetch())]).toMatchObject([
        what,
        { code: expect.stringMatching(code) },
      ])
      expect([what, await textsOf(repository)]).toEqual([what, { 'a.yaml': 'a\n' }])
    }
    server.answer = undefined
    rig.origin.commit({ 'a.yaml': 'b\n' })
    await repository.fetch()
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'b\n' })
  })

  test('incident 32: a server that never answers is left at the deadline, and its git is gone', async () => {
    const server = await serve()
    server.answer = () => undefined
    const repository = await rig.open({ url: server.url, caFile: server.caFile, timeoutMs: 500 })
    expect(await failureOf(repository.fetch())).toMatchObject({ code: 'timeout', retryable: true })
    await vi.waitFor(() => expect(gitsOf(rig.cacheDir)).toEqual([]))
  })

  test('incident 32: closing ends a fetch that hangs, and everything that git started', async () => {
    const server = await serve()
    let asked: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => {
      asked = resolve
    })
    server.answer = () => asked()
    const repository = await rig.open({ url: server.url, caFile: server.caFile })
    const fetching = failureOf(repository.fetch())
    await arrived
    await repository.close()
    expect(await fetching).toMatchObject({ code: 'aborted' })
    await vi.waitFor(() => expect(gitsOf(rig.cacheDir)).toEqual([]))
  })
})

test('nobody listens: unreachable, to be tried again', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.on('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const repository = await rig.open({ url: `https://127.0.0.1:${port}/fleet` })
  expect(await failureOf(repository.fetch())).toMatchObject({ code: 'unreachable', retryable: true })
})

// Needs sshd of the machine (Debian: openssh-server), which cannot be brought along.
describe.skipIf(sshd === undefined)('SSH', () => {
  async function serve(): Promise<SshServer> {
    const server = await serveSsh(sshd ?? '', rig.origin.folder)
    closing.push(() => server.close())
    return server
  }

  test('a repository is read with a key and a known host', async () => {
    const { url, privateKey, knownHosts } = await serve()
    const repository = await rig.fetched({
      url,
      credential: credential({ kind: 'ssh', privateKey, knownHosts }),
    })
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'a\n' })
  })

  test('row 20: a changed host key and an unknown host fail closed', async () => {
    const { url, privateKey, otherHosts } = await serve()
    for (const knownHosts of [otherHosts, '']) {
      const repository = await rig.open({
        url,
        credential: credential({ kind: 'ssh', privateKey, knownHosts }),
      })
      const failure = await failureOf(repository.fetch())
      expect(failure).toMatchObject({ code: 'host-key' })
      expect(JSON.stringify(failure) + String(failure)).not.toContain('PRIVATE KEY')
      await repository.close()
    }
  })

  test('a key that the server does not take is denied', async () => {
    const [one, two] = [await serve(), await serve()]
    const secret: GitSecret = { kind: 'ssh', privateKey: two.privateKey, knownHosts: one.knownHosts }
    const repository = await rig.open({ url: one.url, credential: credential(secret) })
    expect(await failureOf(repository.fetch())).toMatchObject({ code: 'denied' })
  })
})

test('a credential of another kind than the transport is named before anything is sent', async () => {
  const key: GitSecret = { kind: 'ssh', privateKey: 'x', knownHosts: 'y' }
  const https = await rig.open({ url: 'https://127.0.0.1:1/fleet', credential: credential(key) })
  expect(await failureOf(https.fetch())).toMatchObject({
    code: 'denied',
    message: expect.stringContaining('credential fleet'),
  })
})

/** The gits that still run in a folder, by their command lines. */
function gitsOf(folder: string): string[] {
  const commands = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
  return commands.filter((command) => command.startsWith('git\0') && command.includes(folder))
}
