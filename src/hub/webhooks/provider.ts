import { createHmac, timingSafeEqual } from 'node:crypto'

/** Forges whose push webhooks are understood. */
export const providers = ['github', 'gitlab', 'gitea'] as const

export type Provider = (typeof providers)[number]

/** How a forge proves that a webhook comes from it. */
interface Proof {
  readonly header: string
  /** `hmac`: SHA-256 of the body under the secret, in hexadecimal; `token`: the secret itself. */
  readonly kind: 'hmac' | 'token'
  readonly prefix: string
}

const proofs: Readonly<Record<Provider, readonly Proof[]>> = {
  github: [{ header: 'x-hub-signature-256', kind: 'hmac', prefix: 'sha256=' }],
  gitlab: [{ header: 'x-gitlab-token', kind: 'token', prefix: '' }],
  gitea: [
    { header: 'x-gitea-signature', kind: 'hmac', prefix: '' },
    { header: 'x-hub-signature-256', kind: 'hmac', prefix: 'sha256=' },
  ],
}

/** True for the name of a forge that is understood. */
export function isProvider(name: string): name is Provider {
  return providers.some((provider) => provider === name)
}

/** What a request brought as proof; undefined when that cannot be one, whatever the body and the secret are. */
export function claimOf(provider: Provider, header: (name: string) => string | undefined): Claim | undefined {
  for (const proof of proofs[provider]) {
    const given = header(proof.header)
    if (given === undefined) continue
    // The first header that is there decides: a good one behind a bad one changes nothing.
    if (!given.startsWith(proof.prefix) || given.length > 1024) return undefined
    const value = given.slice(proof.prefix.length)
    if (proof.kind === 'hmac' && !/^[0-9a-f]{64}$/.test(value)) return undefined
    return { kind: proof.kind, value }
  }
  return undefined
}

export interface Claim {
  readonly kind: 'hmac' | 'token'
  readonly value: string
}

/** True when a claim proves knowledge of the secret; its time tells nothing about how much of it is right. */
export function proves(claim: Claim, secret: string, body: Uint8Array): boolean {
  if (secret === '') return false
  if (claim.kind === 'hmac') {
    const wanted = createHmac('sha256', secret).update(body).digest()
    return timingSafeEqual(wanted, Buffer.from(claim.value, 'hex'))
  }
  // Texts of different lengths are compared by what they hash to under the secret.
  const digest = (text: string): Buffer => createHmac('sha256', secret).update(text).digest()
  return timingSafeEqual(digest(claim.value), digest(secret))
}
