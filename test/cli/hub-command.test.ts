import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CliHome } from './run-cli.ts'

let home: CliHome
let hub: ReturnType<CliHome['start']>
let stdout = ''
let ended: Promise<number | null>

beforeEach(async () => {
  home = await CliHome.create()
  stdout = ''
  hub = home.start(['hub', '--listen', '127.0.0.1:0'])
  hub.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  ended = new Promise((resolve) => hub.once('close', resolve))
  await vi.waitFor(() => expect(stdout).toContain('next:'), { timeout: 60_000 })
})
afterEach(async () => {
  hub.kill('SIGKILL')
  await ended
  await home.remove()
})

test('a hub without arguments runs on loopback, is found by ek, and ends with 0 on SIGTERM', async () => {
  expect(stdout).toMatch(/^hub at http:\/\/127\.0\.0\.1:\d+\n/)
  const file = join(home.folder, 'hub.json')
  const { url, token } = JSON.parse(await readFile(file, 'utf8')) as { url: string; token: string }
  expect(stdout).toContain(url)
  expect(stdout).not.toContain(token)
  expect((await stat(file)).mode & 0o077).toBe(0)

  const status = await home.run(['status'])
  expect([status.code, status.stdout]).toEqual([0, '0 clusters: 0 in sync  (as of ?)\n'])
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect((await fetch(`${url}/api/v1/status`)).status).toBe(401)

  hub.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect((await home.run(['status'])).code).toBe(2)
})

test('the link that a hub prints signs a browser in once, and ek login --link makes another', async () => {
  const [printed = ''] = /http:\/\/\S+\/sign-in\?code=\S+/.exec(stdout) ?? []
  const open = (link: string) => fetch(link, { redirect: 'manual' })
  const first = await open(printed)
  expect(first.status).toBe(303)
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
  const session = await fetch(new URL('/api/v1/session', printed), { headers: { cookie } })
  expect(await session.json()).toMatchObject({
    via: 'link',
    privileges: expect.arrayContaining(['admin']) as string[],
  })
  expect((await open(printed)).status).toBe(401)

  const made = await home.run(['login', '--link'])
  expect([made.code, made.stderr]).toEqual([0, 'signs one browser in, within 10 minutes\n'])
  expect((await open(made.stdout.trim())).status).toBe(303)
  const events = await home.run(['events', '--type', 'signed-in'])
  expect(events.stdout.match(/signed in by a link/g)).toHaveLength(2)
})

test('a second hub on the same data is refused', async () => {
  const second = await home.run(['hub', '--listen', '127.0.0.1:0'])
  expect(second.code).toBe(2)
  expect(second.stderr).toContain(String(hub.pid))
})
