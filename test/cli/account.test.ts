import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { exampleFleet } from './example-fleet.ts'
import { adminToken, readerToken, serveFleet } from './serve-fleet.ts'
import { setStage } from './stage.ts'

const stage = setStage()
let home: ReturnType<typeof stage>['home']
let url: string
beforeEach(() => {
  home = stage().home
  url = stage().hub.url
})
const ek = (...args: string[]) => stage().ek(...args)

describe('a login', () => {
  test('is kept for its user alone, is what is meant from then on, and is forgotten', async () => {
    const other = await serveFleet(exampleFleet())
    try {
      const before = await home.run(['login', other.url], { env: { EVENKEEL_TOKEN: readerToken } })
      expect([before.code, before.stdout]).toEqual([
        0,
        `logged in to ${new URL(other.url).host} as bob@corp\n`,
      ])
      const file = join(home.folder, '.config', 'evenkeel', 'logins.json')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(JSON.parse((await ek('api', '/api/v1/session')).stdout)).toMatchObject({ name: 'bob@corp' })
      // The local hub is still reached by its address, with its own token.
      expect(JSON.parse((await ek('api', '/api/v1/session', '--hub', url)).stdout)).toMatchObject({
        name: 'alice@corp',
      })
      expect((await ek('logout')).stdout).toContain('its token is still good there')
      expect(await readFile(file, 'utf8')).not.toContain(readerToken)
      expect(JSON.parse((await ek('api', '/api/v1/session')).stdout)).toMatchObject({ name: 'alice@corp' })
      expect((await ek('logout')).stdout).toBe('not logged in\n')
    } finally {
      await other.close()
    }
  })

  test('is not kept when the hub refuses the token, and a token is sent to no other address', async () => {
    const bad = await home.run(['login', url], { env: { EVENKEEL_TOKEN: 'wrong' } })
    expect([bad.code, bad.stdout]).toEqual([2, ''])
    expect((await ek('login', url)).stderr).toContain('no token to show it')
    expect((await ek('login')).stderr).toContain('no hub is named')
    expect((await ek('login', 'ftp://x')).stderr).toContain('not an http or https address')
    const file = join(home.folder, 'token')
    await writeFile(file, `${readerToken}\n`)
    expect((await ek('login', url, '--token-file', file)).code).toBe(0)
    const other = await serveFleet(exampleFleet())
    try {
      expect((await ek('status', '--hub', other.url)).stderr).toContain('no token to show it')
    } finally {
      await other.close()
    }
  })
})

describe('tokens', () => {
  test('are made with their secret as the only line, listed without it, and taken back', async () => {
    const made = await ek('token', 'create', 'ci', '--may', 'operate', '--for', '2d', '-c', 'prod-eu-3')
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^evk_[\w-]{43}\n$/) as string])
    expect(made.stderr).toContain('may read, operate on clusters prod-eu-3')
    const secret = made.stdout.trim()
    const env = { EVENKEEL_TOKEN: secret }
    const session = await home.run(['api', '/api/v1/session', '--hub', url], { env })
    expect(JSON.parse(session.stdout)).toMatchObject({ via: 'token', privileges: ['read', 'operate'] })
    const list = await ek('token', 'list')
    expect(list.stdout).toMatch(/^ID .*\nt-\w+ +ci +alice@corp +read,operate +clusters prod-eu-3 /)
    expect(list.stdout).not.toContain(secret)
    const [id = ''] = /t-\w+/.exec(list.stdout) ?? []
    expect((await ek('token', 'revoke', id)).stdout).toContain(`token ${id} (ci) of alice@corp is revoked`)
    expect((await home.run(['status', '--hub', url], { env })).code).toBe(2)
    expect((await ek('token', 'revoke', id)).stderr).toContain('not found')
  })

  test('are refused with the reason where the command line is wrong', async () => {
    expect((await ek('token', 'create', 'x', '--may', 'all')).stderr).toContain('not a privilege')
    expect((await ek('token', 'create', 'x', '--for', 'ever')).stderr).toContain('no time span')
    expect((await ek('token', 'create', 'x', '--for', '900d')).stderr).toContain('forMs')
  })
})

describe('api', () => {
  test('prints an answer as it came, sends data as a POST, and fails in the words of the hub', async () => {
    const status = await ek('api', '/api/v1/status')
    expect([status.code, Object.keys(JSON.parse(status.stdout) as object)]).toEqual([
      0,
      expect.arrayContaining(['clusters', 'states']) as string[],
    ])
    const asked = await ek('api', '/api/v1/reconcile', '--data', '{"clusters":["prod-eu-3"]}')
    expect(asked.code).toBe(0)
    expect(stage().fleet.written.map(({ what }) => what)).toEqual(['reconcile'])
    const missing = await ek('api', '/api/v1/clusters/nowhere')
    expect([missing.code, missing.stdout]).toEqual([2, ''])
    expect(missing.stderr).toContain('cluster nowhere: not found')
  })

  test('sends the token to no other host', async () => {
    for (const path of ['https://evil.example/api/v1/status', '//evil.example/api/v1/x', '@evil', '/other']) {
      const answer = await ek('api', path)
      expect([answer.code, answer.stderr.includes('not a path of the hub')], path).toEqual([2, true])
      expect(answer.stderr).not.toContain(adminToken)
    }
  })
})
