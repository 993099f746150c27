import { readFile } from 'node:fs/promises'
import { reasonOf } from '../../core/failure.ts'
import type { Clock } from '../../runtime/index.ts'
import { KubeFailure } from '../failure.ts'
import type { ExecCredential, ExecPlugin } from './exec-plugin.ts'

/** A client certificate and its key, as PEM. */
export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

/** Who a connection is. Values stay inside: neither JSON nor a log of it shows them. */
export interface Credentials {
  /** The value of the `Authorization` header; undefined without one. Throws `no-credential`. */
  authorization(): Promise<string | undefined>
  /** The certificate for the next connection; undefined without one. Throws `no-credential`. */
  certificate(): Promise<ClientCertificate | undefined>
  /** Rises with each `refresh`; take it before a request, to say later which credential was refused. */
  readonly generation: number
  /**
   * Forgets what can be had again, unless that has been done since `refused`: many requests are refused at once, and
   * one fresh credential serves them all. False when a refused credential can only be refused again.
   */
  refresh(refused: number): boolean
}

/** Text that is given, or stands in a file that may change. */
export type TextSource = { readonly text: string } | { readonly file: string }

export interface CredentialSources {
  readonly token?: TextSource
  readonly basic?: { readonly username: string; readonly password: string }
  readonly cert?: TextSource
  readonly key?: TextSource
  readonly exec?: ExecPlugin
}

// As client-go: a token file that is replaced is noticed within this time, or at once after a 401.
const fileMaxAgeMs = 10_000

/** Credentials from what a kubeconfig user, or an in-cluster account, has. */
export function credentialsFrom(sources: CredentialSources, clock: Clock): Credentials {
  return new SourcedCredentials(sources, clock)
}

class SourcedCredentials implements Credentials {
  readonly #sources: CredentialSources
  readonly #clock: Clock
  readonly #files = new Map<string, { readonly text: string; readonly readAt: number }>()
  #exec: Promise<ExecCredential> | undefined
  #generation = 0

  constructor(sources: CredentialSources, clock: Clock) {
    this.#sources = sources
    this.#clock = clock
  }

  async authorization(): Promise<string | undefined> {
    const { token, basic, exec } = this.#sources
    if (token !== undefined) return bearer(await this.#read(token))
    if (basic !== undefined) {
      return `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`
    }
    if (exec === undefined) return undefined
    const credential = await this.#fromExec(exec)
    return credential.token === undefined ? undefined : bearer(credential.token)
  }

  async certificate(): Promise<ClientCertificate | undefined> {
    const { cert, key, exec } = this.#sources
    if (cert !== undefined && key !== undefined) {
      return { cert: await this.#read(cert, 0), key: await this.#read(key, 0) }
    }
    return exec === undefined ? undefined : (await this.#fromExec(exec)).certificate
  }

  get generation(): number {
    return this.#generation
  }

  refresh(refused: number): boolean {
    if (refused === this.#generation) {
      this.#generation += 1
      this.#exec = undefined
      this.#files.clear()
    }
    const { token, cert, exec } = this.#sources
    return (
      exec !== undefined || (token !== undefined && 'file' in token) || (cert !== undefined && 'file' in cert)
    )
  }

  async #read(source: TextSource, maxAgeMs = fileMaxAgeMs): Promise<string> {
    if ('text' in source) return source.text
    const kept = this.#files.get(source.file)
    if (kept !== undefined && this.#clock.now() - kept.readAt < maxAgeMs) return kept.text
    const text = await readCredentialFile(source.file)
    this.#files.set(source.file, { text, readAt: this.#clock.now() })
    return text
  }

  async #fromExec(exec: ExecPlugin): Promise<ExecCredential> {
    const running = this.#exec ?? exec.run()
    this.#exec = running
    let credential: ExecCredential
    try {
      credential = await running
    } catch (error) {
      if (this.#exec === running) this.#exec = undefined
      throw error
    }
    if (credential.expiresAt === undefined || this.#clock.now() < credential.expiresAt) return credential
    if (this.#exec === running) this.#exec = undefined
    return this.#exec ?? this.#fromFresh(exec)
  }

  async #fromFresh(exec: ExecPlugin): Promise<ExecCredential> {
    // One that is already expired when it comes is used once: the server decides, clocks differ.
    const running = exec.run()
    this.#exec = running
    return running
  }
}

function bearer(token: string): string {
  if (/\p{Cc}/u.test(token)) {
    throw new KubeFailure('no-credential', 'user.token: cannot use the token: it holds control characters')
  }
  return `Bearer ${token}`
}

/** A credential or certificate file, without the white space around it. Throws `no-credential`. */
export async function readCredentialFile(file: string): Promise<string> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw new KubeFailure('no-credential', `${file}: cannot read the credential: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  if (text === '')
    throw new KubeFailure('no-credential', `${file}: cannot use the credential: the file is empty`)
  return text
}
