import type { ChartCredential } from '../contract.ts'
import { chartFailure } from '../failures.ts'

/** The credentials of charts, each for one origin. */
export class OriginCredentials {
  readonly #byOrigin = new Map<string, ChartCredential>()

  constructor(credentials: readonly ChartCredential[]) {
    for (const credential of credentials) {
      const { origin, name } = credential
      const exact = URL.canParse(origin) ? new URL(origin).origin : 'null'
      if (exact === 'null' || `${exact}/` !== new URL(origin).href) {
        throw chartFailure(`credential ${name}`, 'invalid-url', 'its origin is not scheme, host and port', {
          hint: 'write it as https://charts.example.com',
        })
      }
      this.#byOrigin.set(exact, credential)
    }
  }

  /** The `Authorization` header for a URL; undefined where no credential is for exactly its origin (safety row 16). */
  async headerFor(url: URL): Promise<string | undefined> {
    const credential = this.#byOrigin.get(url.origin)
    if (credential === undefined) return undefined
    const secret = await credential.read()
    const header =
      secret.kind === 'token'
        ? `Bearer ${secret.token}`
        : `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}`
    if (/[^\x20-\x7e]/.test(header)) {
      throw chartFailure(`credential ${credential.name}`, 'denied', 'it holds what no header may hold', {
        hint: 'write the secret without a line break',
      })
    }
    return header
  }
}
