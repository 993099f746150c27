import * as oidc from 'openid-client'
import { fetch as undiciFetch, EnvHttpProxyAgent } from 'undici'
import { rootCertificates } from 'node:tls'
import { createHash, timingSafeEqual } from 'node:crypto'
import { reasonOf } from '../../core/failure.ts'
import type { Clock, Redacted } from '../../runtime/index.ts'
import { HubFailure } from '../failure.ts'
import type { Store } from '../store/index.ts'
import { type ClaimNames, identityOfClaims } from './identity-of-claims.ts'

export interface OpenIdSettings {
  readonly issuer: string
  readonly clientId: string
  /** Of a confidential client; a public one has PKCE alone. */
  readonly secret: (() => Promise<Redacted>) | undefined
  readonly label: string
  readonly scopes: readonly string[]
  readonly claims: ClaimNames
  /** PEM texts of authorities to trust besides the system's. */
  readonly authorities: readonly string[]
}

export interface OpenIdOptions extends OpenIdSettings {
  readonly store: Pick<Store, 'oneTime'>
  readonly clock: Clock
  /** Where browsers reach the hub, without a slash behind. */
  readonly base: () => string
}

/** What is remembered of a sign-in while the browser is at the provider. */
interface UnderWay {
  readonly verifier: string
  readonly nonce: string
  readonly to: string
  /** Of the secret in the browser's cookie: another browser does not end what this one began. */
  readonly browser: string
}

/** Somebody who has proven who they are, and where in the hub they wanted to go. */
export type ProvenIdentity =
  | { readonly name: string; readonly groups: readonly string[]; readonly to: string }
  | { readonly refused: string }

/** The path that the provider sends browsers back to. */
export const openIdCallback = '/sign-in/openid/callback'

const underWayMs = 10 * 60_000

/**
 * Sign-in by OpenID Connect: authorization code with PKCE, state, nonce, and an ID token whose signature is checked with the
 * provider's own keys (OpenID Connect Core 1.0, 3.1.3.7; RFC 7636; RFC 9700).
 */
export class OpenId {
  readonly label: string
  readonly #options: OpenIdOptions
  #configuration: Promise<oidc.Configuration> | undefined

  constructor(options: OpenIdOptions) {
    this.label = options.label
    this.#options = options
  }

  /** Where to send a browser, of which `browser` is a secret that its cookie holds. Throws `unreachable-issuer`. */
  async begin(browser: string, to: string): Promise<URL> {
    const { store, clock, scopes } = this.#options
    const configuration = await this.#discovered()
    const verifier = oidc.randomPKCECodeVerifier()
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
    const now = clock.now()
    await store.oneTime.forget(new Date(now).toISOString())
    const underWay: UnderWay = { verifier, nonce, to, browser: digest(browser) }
    await store.oneTime.save('openid', state, underWay, new Date(now + underWayMs).toISOString())
    return oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#callback(),
      scope: scopes.join(' '),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
  }

  /** Takes a browser that comes back. What it brings is good once. Throws `unreachable-issuer`. */
  async finish(query: string, browser: string | undefined): Promise<ProvenIdentity> {
    const { store, clock, claims: names } = this.#options
    const state = new URLSearchParams(query).get('state') ?? ''
    const now = new Date(clock.now()).toISOString()
    const underWay = await store.oneTime.take<UnderWay>('openid', state, now)
    if (underWay === undefined) return { refused: 'it was ended before, or began too long ago' }
    if (browser === undefined || !isSame(digest(browser), underWay.browser)) {
      return { refused: 'it was begun in another browser' }
    }
    const configuration = await this.#discovered()
    let claims: Readonly<Record<string, unknown>> | undefined
    try {
      const tokens = await oidc.authorizationCodeGrant(
        configuration,
        new URL(`${this.#callback()}${query}`),
        {
          pkceCodeVerifier: underWay.verifier,
          expectedState: state,
          expectedNonce: underWay.nonce,
          idTokenExpected: true,
        },
      )
      claims = tokens.claims()
    } catch (error) {
      return { refused: `the provider's answer is not accepted: ${codeOf(error)}` }
    }
    const identity = identityOfClaims(claims ?? {}, names)
    return 'refused' in identity ? identity : { ...identity, to: underWay.to }
  }

  #callback(): string {
    return `${this.#options.base()}${openIdCallback}`
  }

  /** What the provider says of itself; asked again after a failure. */
  #discovered(): Promise<oidc.Configuration> {
    this.#configuration ??= this.#discover().catch((error: unknown) => {
      this.#configuration = undefined
      const { issuer } = this.#options
      throw new HubFailure(
        'unreachable-issuer',
        `OpenID provider ${issuer}: cannot be used: ${reasonOf(error)}`,
        {
          cause: error,
          hint: 'see whether openid.issuer in hub.yaml is right and can be reached from the hub',
          retryable: true,
        },
      )
    })
    return this.#configuration
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, secret, authorities } = this.#options
    const text = secret === undefined ? undefined : (await secret()).reveal().trim()
    const connect = authorities.length === 0 ? {} : { connect: { ca: [...rootCertificates, ...authorities] } }
    const agent = new EnvHttpProxyAgent(connect)
    const ask = ((url: string, init: object) =>
      undiciFetch(url, { ...init, dispatcher: agent })) as unknown as oidc.CustomFetch
    const insecure = new URL(issuer).protocol === 'http:'
    return oidc.discovery(
      new URL(issuer),
      clientId,
      text,
      text === undefined ? oidc.None() : oidc.ClientSecretBasic(text),
      {
        [oidc.customFetch]: ask,
        // The signature is checked although the token comes from the provider itself: no answer is believed unsigned.
        execute: [oidc.enableNonRepudiationChecks, ...(insecure ? [oidc.allowInsecureRequests] : [])],
        timeout: 15,
      },
    )
  }
}

/** What is said of a failure at the provider: its code, never what it sent. */
function codeOf(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    return /^[\w-]{1,60}$/.test(error.error) ? error.error : 'an error'
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : 'it cannot be verified'
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

function isSame(one: string, two: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(two)]
  return a.length === b.length && timingSafeEqual(a, b)
}
