import type { HubConfig } from '../config/index.ts'
import type { Caller } from '../service.ts'
import { type Claim, claimOf, isProvider, type Provider, proves } from './provider.ts'

/** Who signed a request, as far as its headers go. */
export interface SignedBy {
  /** The caller when the signature is good for this body; undefined otherwise. */
  check(body: Uint8Array): Caller | undefined
}

/**
 * Checks the signatures of forges. One that hub.yaml gives no secret for signs nothing, and neither does a request that
 * lacks its header: of those no body is read. Throws `no-credential` when a secret is named and not there.
 */
export class Signatures {
  readonly #secrets: ReadonlyMap<string, string>
  readonly #credentials: Pick<HubConfig['credentials'], 'read'>

  /** `secrets` names the credential that holds the secret of a forge. */
  constructor(secrets: ReadonlyMap<string, string>, credentials: Pick<HubConfig['credentials'], 'read'>) {
    this.#secrets = secrets
    this.#credentials = credentials
  }

  async of(provider: string, header: (name: string) => string | undefined): Promise<SignedBy | undefined> {
    if (!isProvider(provider)) return undefined
    const name = this.#secrets.get(provider)
    const claim = name === undefined ? undefined : claimOf(provider, header)
    if (name === undefined || claim === undefined) return undefined
    const secret = (await this.#credentials.read(name)).reveal().trim()
    // A token is right or wrong without the body; a wrong one is not worth reading it.
    if (claim.kind === 'token' && !proves(claim, secret, noBytes)) return undefined
    return { check: (body) => callerOf(provider, claim, secret, body) }
  }
}

const noBytes = new Uint8Array()

/** A forge holds no privilege: it may announce a push, and nothing else. */
function callerOf(provider: Provider, claim: Claim, secret: string, body: Uint8Array): Caller | undefined {
  if (!proves(claim, secret, body)) return undefined
  return {
    name: `webhook of ${provider}`,
    groups: [],
    local: false,
    grants: [],
    credential: { via: 'signature', id: provider, expiresAt: undefined },
  }
}
