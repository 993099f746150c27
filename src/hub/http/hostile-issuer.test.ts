import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../test/cli/example-fleet.ts'
import { type ServedFleet, serveFleet } from '../../../test/cli/serve-fleet.ts'
import { OpenIdBrowser } from '../../../test/hub/openid-browser.ts'
import { systemClock } from '../../runtime/index.ts'
import { OpenId } from '../auth/index.ts'

/** A provider that answers whatever a test wants, to see what the hub makes of it. */
let server: Server
let issuer: string
let hub: ServedFleet
let idToken: (nonce: string) => Promise<string>
let nonce = ''

const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
const stranger = await generateKeyPair('RS256')
const kid = 'key-1'

beforeEach(async () => {
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  server = createServer((request, response) => {
    const answer = (body: object) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    }
    if (request.url === '/.well-known/openid-configuration') {
      answer({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
        code_challenge_methods_supported: ['S256'],
      })
    } else if (request.url === '/keys') answer({ keys: [jwk] })
    else {
      void idToken(nonce).then((token) =>
        answer({ access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: token }),
      )
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  hub = await serveFleet(exampleFleet(), {
    openIdFor: ({ store, base }) =>
      new OpenId({
        issuer,
        clientId: 'hub',
        secret: undefined,
        label: 'Corp',
        scopes: ['openid'],
        claims: { user: 'email', groups: 'groups' },
        authorities: [],
        store,
        clock: systemClock,
        base,
      }),
  })
})
afterEach(async () => {
  await hub.close()
  server.close()
  server.closeAllConnections()
})

type Claims = Readonly<Record<string, unknown>>

const good = (): Claims => ({
  iss: issuer,
  aud: 'hub',
  sub: '1',
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 300,
  email: 'alice@corp',
  groups: ['devs'],
})

function signed(claims: Claims, header: object = {}, key = privateKey) {
  return (given: string) =>
    new SignJWT({ nonce: given, ...claims }).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(key)
}

/** Signs in with what the provider answers; the status of the hub's answer, and who one is then. */
async function signIn(token: (given: string) => Promise<string>) {
  idToken = token
  const browser = new OpenIdBrowser()
  const begun = await browser.get(`${hub.url}/sign-in/openid`)
  const asked = new URL(begun.to ?? '').searchParams
  nonce = asked.get('nonce') ?? ''
  const answer = await browser.get(`${hub.url}/sign-in/openid/callback?code=c&state=${asked.get('state')}`)
  const session = await browser.get(`${hub.url}/api/v1/session`)
  // Failures are counted by address; here each case is to be seen for itself.
  await hub.store.failedSignIns.add('x', new Date().toISOString(), '2999-01-01T00:00:00.000Z', 10)
  return { status: answer.status, text: answer.text, session }
}

test('row 37: a token that is what it should be signs in, and one with anything wrong does not', async () => {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const publicPem = new TextEncoder().encode(await exportSPKI(publicKey))
  const bad: Readonly<Record<string, (given: string) => Promise<string>>> = {
    'alg none': async (given) => `${part({ alg: 'none' })}.${part({ ...good(), nonce: given })}.`,
    'alg None': async (given) => `${part({ alg: 'None' })}.${part({ ...good(), nonce: given })}.`,
    'signed with the public key as a shared secret': (given) =>
      new SignJWT({ ...good(), nonce: given }).setProtectedHeader({ alg: 'HS256', kid }).sign(publicPem),
    'signed with the name of the client': (given) =>
      new SignJWT({ ...good(), nonce: given })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode('hub'.padEnd(32, '\0'))),
    'signed by a stranger': signed(good(), {}, stranger.privateKey),
    'a key by path': signed(good(), { kid: '../../../../dev/null' }, stranger.privateKey),
    'a key that it brings along': signed(
      good(),
      { jwk: await exportJWK(stranger.publicKey), kid: undefined },
      stranger.privateKey,
    ),
    'another audience': signed({ ...good(), aud: 'other' }),
    'several audiences without the party that it is for': signed({ ...good(), aud: ['hub', 'other'] }),
    'another issuer': signed({ ...good(), iss: 'https://evil.example' }),
    'no issuer': signed({ ...good(), iss: undefined }),
    'over since an hour': signed({ ...good(), exp: now - 3600 }),
    'without an end': signed({ ...good(), exp: undefined }),
    'another nonce': signed({ ...good(), nonce: 'n' }),
    'no token at all': async () => '',
    'no JWT': async () => 'a.b.c',
  }
  const fine = await signIn(signed(good()))
  expect([fine.status, JSON.parse(fine.session.text)]).toMatchObject([
    303,
    { name: 'alice@corp', groups: ['devs'] },
  ])
  for (const [what, token] of Object.entries(bad)) {
    const { status, session, text } = await signIn(token)
    expect([status, session.status], what).toEqual([401, 401])
    expect(text, what).not.toContain('alice')
  }
})

test('rows 24 and 25: an identity that is empty or reserved is nobody', async () => {
  const claims: Readonly<Record<string, Claims>> = {
    'no email': { email: undefined },
    'an empty email': { email: '' },
    'a blank email': { email: '  ' },
    'an email that is no text': { email: ['alice@corp'] },
    'an email that nobody verified': { email_verified: false },
    'a reserved user': { email: 'system:admin' },
    'a user with a line break': { email: 'alice\r\nImpersonate-User: root' },
    'a reserved group': { groups: ['devs', 'system:masters'] },
    'a group with a line break': { groups: ['a\nb'] },
    'groups that are no list': { groups: { devs: true } },
    'a group that is no text': { groups: [1] },
    'an endless name': { email: 'a'.repeat(5000) },
  }
  for (const [what, more] of Object.entries(claims)) {
    const { status, session } = await signIn(signed({ ...good(), ...more }))
    expect([status, session.status], what).toEqual([401, 401])
  }
  const { session } = await signIn(signed({ ...good(), groups: ['', 'devs', 'devs'] }))
  expect(JSON.parse(session.text)).toMatchObject({ groups: ['devs'] })
})
