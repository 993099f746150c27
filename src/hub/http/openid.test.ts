import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../test/cli/example-fleet.ts'
import { type ServedFleet, serveFleet } from '../../../test/cli/serve-fleet.ts'
import { OpenIdBrowser } from '../../../test/hub/openid-browser.ts'
import { FakeClock, Redacted } from '../../runtime/index.ts'
import { Lockout, OpenId } from '../auth/index.ts'

/** Signing in at a real provider, the certified `oidc-provider`. */
const secret = 'cl13nt-s3cret-of-the-hub-0123456789'

let server: Server
let issuer: string
let hub: ServedFleet
let clock: FakeClock
let browser: OpenIdBrowser

beforeEach(async () => {
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  clock = new FakeClock(Date.now())
  browser = new OpenIdBrowser()
})
afterEach(async () => {
  await hub.close()
  server.close()
  server.closeAllConnections()
})

interface Setup {
  readonly confidential?: boolean
}

async function start({ confidential = false }: Setup = {}): Promise<void> {
  hub = await serveFleet(exampleFleet(), {
    clock,
    openIdFor: ({ store, base }) =>
      new OpenId({
        issuer,
        clientId: 'hub',
        secret: confidential ? async () => new Redacted(secret) : undefined,
        label: 'Corp',
        scopes: ['openid', 'email', 'groups'],
        claims: { user: 'email', groups: 'groups' },
        authorities: [],
        store,
        clock,
        base,
      }),
  })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'hub',
        redirect_uris: [`${hub.url}/sign-in/openid/callback`],
        ...(confidential ? { client_secret: secret } : { token_endpoint_auth_method: 'none' as const }),
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['k'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@corp`, email_verified: true, groups: ['devs', ''] }),
    }),
  })
  const handle = provider.callback()
  server.on('request', (request, response) => void handle(request, response))
}

/** Signs in at the provider as far as its redirect back to the hub. */
async function signInAt(start: string, login = 'alice'): Promise<string> {
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  let answer = await browser.follow(start, hub.url)
  while (answer.to === undefined) {
    const page = /action="([^"]+)"/.exec(answer.text)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1]
    if (page === undefined || prompt === undefined) throw new Error(`no form: ${answer.text.slice(0, 500)}`)
    const body = new URLSearchParams({ prompt, login, password: 'x' }).toString()
    answer = await browser.follow(new URL(page, issuer).href, hub.url, { ...form, body })
  }
  return answer.to
}

async function session(): Promise<{ status: number; text: string }> {
  return browser.get(`${hub.url}/api/v1/session`)
}

test.each([false, true])(
  'somebody signs in at the provider and is known by name and groups (with a secret: %s)',
  async (confidential) => {
    await start({ confidential })
    expect(await (await fetch(`${hub.url}/api/v1/sign-in`)).json()).toMatchObject({
      openid: { label: 'Corp', path: '/sign-in/openid' },
    })
    const back = await signInAt(`${hub.url}/sign-in/openid?to=/drift%3Fcause=c-1`)
    const landed = await browser.get(back)
    expect([landed.status, landed.to]).toEqual([303, `${hub.url}/drift?cause=c-1`])
    const cookies = landed.headers.getSetCookie().join('\n')
    expect(cookies).toMatch(/evenkeel-\d+=evs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/)
    const who = JSON.parse((await session()).text) as Record<string, unknown>
    expect(who).toMatchObject({
      name: 'alice@corp',
      via: 'openid',
      groups: ['devs'],
      privileges: [],
      grants: [],
    })
    // No Access kind names her yet: she is known, and may do nothing.
    expect((await browser.get(`${hub.url}/api/v1/status`)).status).toBe(403)
    await clock.advance(12 * 3_600_000)
    expect((await session()).status).toBe(401)
  },
)

test('row 39: what came back from the provider is good once, in the browser that began, and for ten minutes', async () => {
  await start()
  const back = await signInAt(`${hub.url}/sign-in/openid`)
  const other = new OpenIdBrowser()
  expect((await other.get(back)).status).toBe(401)
  // The attempt of another browser has used it up: whoever stole it has gained nothing.
  expect((await browser.get(back)).status).toBe(401)
  expect((await session()).status).toBe(401)

  const again = await signInAt(`${hub.url}/sign-in/openid`)
  expect((await browser.get(again)).status).toBe(303)
  expect((await browser.get(again)).status).toBe(401)

  const late = await signInAt(`${hub.url}/sign-in/openid`)
  await clock.advance(10 * 60_000 + 1)
  expect((await browser.get(late)).status).toBe(401)
})

test('row 39: nobody is sent to another host after signing in', async () => {
  await start()
  const foreign = [
    '//evil',
    '/\\evil',
    '/\t/evil',
    '\\evil',
    'https://evil',
    'evil',
    '/a\r\nb',
    '/%0d\u00e9',
    '',
  ]
  for (const to of foreign) {
    const answer = await browser.get(`${hub.url}/sign-in/openid?to=${encodeURIComponent(to)}`)
    expect([answer.status, answer.to], to).toEqual([400, undefined])
  }
})

test('row 39: ten failures lock an address out, after a restart too; others go on', async () => {
  await start()
  const link = await hub.accounts.makeLink({ name: 'alice', groups: [], local: true })
  const guess = () => fetch(`${hub.url}/sign-in?code=x`, { redirect: 'manual' })
  for (let tries = 0; tries < 10; tries++) expect((await guess()).status).toBe(401)
  const locked = await guess()
  expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '900'])
  expect((await fetch(link?.url ?? '', { redirect: 'manual' })).status).toBe(429)
  expect((await browser.get(`${hub.url}/sign-in/openid`)).status).toBe(429)
  // What another process finds in the same data.
  const restarted = new Lockout(hub.store.failedSignIns, clock)
  expect(await restarted.waits('127.0.0.1')).toBe(900)
  expect(await restarted.waits('10.0.0.1')).toBeUndefined()
  await clock.advance(15 * 60_000 + 1)
  expect((await guess()).status).toBe(401)
})

test('a flood from many addresses neither fills the data nor pushes a lock out', async () => {
  await start()
  const { failedSignIns } = hub.store
  const at = new Date(clock.now()).toISOString()
  for (let tries = 0; tries < 10; tries++) await failedSignIns.add('10.0.0.1', at, at, 3)
  for (let address = 2; address < 50; address++) await failedSignIns.add(`10.0.0.${address}`, at, at, 3)
  const counted = await Promise.all(
    ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((origin) => failedSignIns.count(origin, at)),
  )
  expect(counted).toEqual([10, 1, 1, 0])
  const lockout = new Lockout(failedSignIns, clock)
  expect(await lockout.waits('10.0.0.1')).toBe(900)
  // One machine has a whole network of IPv6 addresses.
  for (let host = 1; host <= 10; host++)
    await new Lockout(failedSignIns, clock).failed(`2001:db8:0:1::${host}`)
  expect(await lockout.waits('2001:db8:0:1:ffff::1')).toBe(900)
  expect(await lockout.waits('2001:db8:0:2::1')).toBeUndefined()
})

test('a provider that is away is told, with what to look at, and tried again by the next', async () => {
  await start()
  server.close()
  server.closeAllConnections()
  const answer = await browser.get(`${hub.url}/sign-in/openid`)
  expect(answer.status).toBe(502)
  expect(answer.text).toContain('openid.issuer in hub.yaml')
})

test('somebody who declines at the provider is not signed in', async () => {
  await start()
  const begun = await browser.get(`${hub.url}/sign-in/openid`)
  const state = new URL(begun.to ?? '').searchParams.get('state') ?? ''
  const answer = await browser.get(
    `${hub.url}/sign-in/openid/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(issuer)}`,
  )
  expect(answer.status).toBe(401)
  expect(answer.text).toContain('access_denied')
})
