import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { exampleFleet } from '../../../test/cli/example-fleet.ts'
import type { FleetInMemory } from '../../../test/cli/fleet-in-memory.ts'
import { adminToken, readerToken, type ServedFleet, serveFleet } from '../../../test/cli/serve-fleet.ts'
import { clientHeader, createClient, eventStreamPath } from '../../api/index.ts'
import { FakeClock } from '../../runtime/index.ts'

const hour = 3_600_000

let fleet: FleetInMemory
let clock: FakeClock
let hub: ServedFleet
let notes: string[]

beforeEach(async () => {
  fleet = exampleFleet()
  clock = new FakeClock()
  notes = []
  hub = await serveFleet(fleet, { clock, note: (type, message) => notes.push(`${type}: ${message}`) })
})
afterEach(() => hub.close())

/** Opens a link as a browser does whose person typed it, and answers its cookie. */
async function open(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { redirect: 'manual', headers: { 'user-agent': 'Firefox/1', ...headers } })
  const set = answer.headers.get('set-cookie')
  return {
    status: answer.status,
    to: answer.headers.get('location'),
    set,
    cookie: set?.split(';')[0] ?? '',
    text: await answer.text(),
  }
}

async function newLink(token = adminToken): Promise<string> {
  const { url } = await createClient({ url: hub.url, token, fetch }).signInLink({})
  return url
}

async function signedIn(): Promise<string> {
  return (await open(await newLink())).cookie
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
}

/** `fetch` sends its own idea of where a request comes from. */
function ask(path: string, cookie: string, { method = 'GET', headers = {} }: Asked = {}) {
  return new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const request = httpRequest(hub.url + path, { method, headers: { cookie, ...headers } }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.once('error', reject)
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        )
      })
      request.once('error', reject)
      request.end(method === 'POST' ? '{}' : undefined)
    },
  )
}

const json = { 'content-type': 'application/json' }
const ours = { ...json, [clientHeader]: '1' }

describe('a link', () => {
  test('signs one browser in, once, as the user of the hub', async () => {
    const link = await newLink()
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in\?code=evc_[\w-]{43}$/)
    const first = await open(link)
    expect([first.status, first.to]).toEqual([303, '/'])
    expect(first.set).toMatch(/^evenkeel-\d+=evs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    const answer = await ask('/api/v1/session', first.cookie)
    expect(JSON.parse(answer.text)).toMatchObject({
      name: 'alice@corp',
      via: 'link',
      privileges: ['read', 'operate', 'approve', 'admin'],
      expiresAt: new Date(clock.now() + 7 * 24 * hour).toISOString(),
    })
    const second = await open(link)
    expect([second.status, second.set]).toEqual([401, null])
    expect(second.text).toContain('ek login --link')
    expect(notes).toEqual([expect.stringContaining('signed-in: alice@corp signed in by a link')])
  })

  test('is over after ten minutes, and a preview of it uses nothing up', async () => {
    const link = await newLink()
    expect((await fetch(link, { method: 'HEAD', redirect: 'manual' })).status).toBe(401)
    await clock.advance(10 * 60_000 - 1)
    expect((await open(link)).status).toBe(303)
    const late = await newLink()
    await clock.advance(10 * 60_000 + 1)
    expect((await open(late)).status).toBe(401)
  })

  test('row 40: a page of another origin cannot open it in the name of its reader', async () => {
    const link = await newLink()
    for (const from of ['cross-site', 'same-site']) {
      expect((await open(link, { 'sec-fetch-site': from })).status).toBe(403)
    }
    expect((await open(link, { 'sec-fetch-site': 'none' })).status).toBe(303)
  })

  test('what is no code shows a page without a script, and nothing of what was sent', async () => {
    for (const code of ['', 'x', '%00', `<script>alert(1)</script>`, 'x'.repeat(5000)]) {
      const answer = await open(`${hub.url}/sign-in?code=${code}`)
      expect([answer.status, answer.set]).toEqual([401, null])
      expect(answer.text).not.toContain('<script')
    }
  })
})

describe('a session', () => {
  test('reads as its person, and writes with the header of the program only', async () => {
    const cookie = await signedIn()
    expect((await ask('/api/v1/status', cookie)).status).toBe(200)
    const write = (headers: Record<string, string>) =>
      ask('/api/v1/reconcile', cookie, { method: 'POST', headers })
    const bare = await write(json)
    expect([bare.status, JSON.parse(bare.text)]).toMatchObject([403, { code: 'cross-origin' }])
    expect(fleet.written).toEqual([])
    expect((await write({ ...ours, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect(fleet.written.map((one) => one.call.caller.name)).toEqual(['alice@corp'])
  })

  test('row 40: what another origin sends with the cookie is refused with 403, streams and upgrades too', async () => {
    const cookie = await signedIn()
    const port = new URL(hub.url).port
    const foreign: Record<string, string>[] = [
      { origin: 'http://evil.example' },
      { origin: `http://127.0.0.1:${Number(port) + 1}` },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'x',
      'sec-websocket-version': '13',
    }
    for (const headers of foreign) {
      for (const path of ['/api/v1/status', '/api/v1/session', eventStreamPath]) {
        expect((await ask(path, cookie, { headers })).status, `${path} ${JSON.stringify(headers)}`).toBe(403)
        expect((await ask(path, cookie, { headers: { ...headers, ...upgrade } })).status).toBe(403)
      }
      const write = { method: 'POST', headers: { ...ours, ...headers } }
      expect((await ask('/api/v1/reconcile', cookie, write)).status).toBe(403)
    }
    expect([fleet.written, fleet.listeners]).toEqual([[], 0])
  })

  test('a token goes before a session, and a bad token is not made up for by one', async () => {
    const cookie = await signedIn()
    const asked = (token: string) => ask('/api/v1/session', cookie, { headers: { authorization: token } })
    expect(JSON.parse((await asked(`Bearer ${readerToken}`)).text)).toMatchObject({ name: 'bob@corp' })
    for (const bad of ['Bearer x', 'Bearer', '', `Basic ${adminToken}`])
      expect((await asked(bad)).status).toBe(401)
  })

  test('ends after twelve hours without a request, and after seven days in any case', async () => {
    const idle = await signedIn()
    const busy = await signedIn()
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      expect((await ask('/api/v1/session', busy)).status).toBe(200)
      await clock.advance(6 * hour)
    }
    expect((await ask('/api/v1/session', idle)).status).toBe(401)
    expect((await ask('/api/v1/session', busy)).status).toBe(200)
    await clock.advance(6 * hour)
    expect((await ask('/api/v1/session', busy)).status).toBe(401)
  })

  test('is ended by its person, which takes the cookie back, and by an admin; by nobody else', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    const list = async (cookie: string) =>
      (
        JSON.parse((await ask('/api/v1/sessions', cookie)).text) as {
          items: { id: string; current: boolean }[]
        }
      ).items
    const own = (await list(one)).find(({ current }) => current)?.id ?? ''
    expect(await list(one)).toHaveLength(2)
    const bob = createClient({ url: hub.url, token: readerToken, fetch })
    await expect(bob.endSession({ params: { session: own } })).rejects.toMatchObject({ code: 'not-found' })
    await expect(bob.endSession({ params: { session: 's-0' } })).rejects.toMatchObject({ code: 'not-found' })
    await expect(bob.sessions({ query: { name: 'alice@corp' } })).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(bob.sessions({ query: { name: '*' } })).rejects.toMatchObject({ code: 'not-allowed' })
    const out = await ask(`/api/v1/sessions/${own}/end`, one, { method: 'POST', headers: ours })
    expect(out.status).toBe(200)
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0')
    expect((await ask('/api/v1/session', one)).status).toBe(401)
    const alice = createClient({ url: hub.url, token: adminToken, fetch })
    const [left] = (await alice.sessions({ query: { name: '*' } })).items
    await alice.endSession({ params: { session: left?.id ?? '' } })
    expect((await ask('/api/v1/session', two)).status).toBe(401)
  })

  test('row 38: its stream ends within five seconds after it was ended', async () => {
    const cookie = await signedIn()
    const stream = ask(eventStreamPath, cookie).then(
      () => 'ended',
      () => 'cut off',
    )
    await vi.waitFor(() => expect(fleet.listeners).toBe(1))
    const alice = createClient({ url: hub.url, token: adminToken, fetch })
    const [session] = (await alice.sessions({})).items
    await alice.endSession({ params: { session: session?.id ?? '' } })
    await clock.advance(5_000)
    expect(await stream).toBe('cut off')
    await vi.waitFor(() => expect(fleet.listeners).toBe(0))
  })

  test('is no other cookie, and not two of them', async () => {
    const cookie = await signedIn()
    const [name = '', secret = ''] = cookie.split('=')
    for (const bad of [
      `other=${secret}`,
      `${name}=x`,
      `${name}=`,
      `${cookie}; ${name}=evs_other`,
      `x${cookie}`,
    ]) {
      expect((await ask('/api/v1/session', bad)).status, bad).toBe(401)
    }
    expect((await ask('/api/v1/session', `theme=dark; ${cookie}; a=b`)).status).toBe(200)
  })

  test('behind https its cookie goes over https alone, and no other host or path can set it', async () => {
    const other = await serveFleet(fleet, { behindHttps: true })
    try {
      const { url } = await createClient({ url: other.url, token: adminToken, fetch }).signInLink({})
      const { set } = await open(url)
      expect(set).toMatch(/^__Host-evenkeel=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
      const answer = await fetch(`${other.url}/readyz`)
      expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000')
    } finally {
      await other.close()
    }
  })
})

test('every answer tells browsers to keep, guess, frame and run nothing', async () => {
  const cookie = await signedIn()
  for (const path of ['/livez', '/api/v1/session', '/api/v1/nothing', '/sign-in?code=x', '/openapi.json']) {
    const { headers } = await ask(path, cookie)
    expect(headers, path).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['content-security-policy'], path).toContain("default-src 'none'")
    expect(headers, path).not.toHaveProperty('access-control-allow-origin')
  }
})

test('who is not signed in is told the ways in, and nothing else', async () => {
  const answer = await fetch(`${hub.url}/api/v1/sign-in`)
  expect(await answer.json()).toEqual({ link: true })
})

test('a token that somebody made makes no link, and neither does the token of another person', async () => {
  const person = { name: 'carol@corp', groups: [], local: false }
  const about = {
    label: '',
    privileges: ['admin'],
    limits: {},
    createdAt: new Date(clock.now()).toISOString(),
  }
  await hub.store.tokens.save('evk_made', {
    purpose: 'api',
    id: 't-1',
    person: { ...person, local: true },
    ...about,
  })
  await hub.store.tokens.save('evk_other', { purpose: 'x', id: 't-2', person, ...about })
  for (const token of ['evk_made', 'evk_other']) {
    await expect(newLink(token)).rejects.toMatchObject({ code: 'not-allowed' })
  }
})
