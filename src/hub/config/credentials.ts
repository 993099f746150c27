import { readFile } from 'node:fs/promises'
import type { GitCredential, GitSecret } from '../../git/index.ts'
import { nearest } from '../../core/nearest.ts'
import { reasonOf } from '../../core/failure.ts'
import type { InClusterOptions } from '../../kube/index.ts'
import { Redacted } from '../../runtime/index.ts'
import { HubFailure } from '../failure.ts'
import { ClusterSecrets, secretText } from './cluster-secrets.ts'
import type { Environment } from './environment.ts'
import type { Settings } from './schema.ts'

export type CredentialSetting = NonNullable<Settings['credentials']>[number]

/** The user name that forges take beside a token. */
const anyUser = 'git'

/**
 * Credentials by name. A name resolves to a mounted file, an environment variable or a Secret where the hub runs at each
 * use, so that a changed file or Secret takes effect without a restart; only what a Secret held is used again, for seconds.
 */
export class Credentials {
  readonly #settings: ReadonlyMap<string, CredentialSetting>
  readonly #environment: Environment
  readonly #secrets: ClusterSecrets

  /** `account` is the Pod's own, with which Secrets are read. */
  constructor(
    settings: readonly CredentialSetting[],
    environment: Environment,
    account: InClusterOptions = {},
  ) {
    this.#settings = new Map(settings.map((setting) => [setting.name, setting]))
    this.#environment = environment
    this.#secrets = new ClusterSecrets({ environment, ...account })
  }

  has(name: string): boolean {
    return this.#settings.has(name)
  }

  /** The file that a name stands for; undefined when it is no file, or not known. */
  fileOf(name: string): string | undefined {
    return this.#settings.get(name)?.file
  }

  /** What the name stands for now. Throws `no-credential`. */
  async read(name: string): Promise<Redacted> {
    const setting = this.#setting(name)
    const text = await this.#textOf(setting)
    if (text.trim() !== '') return new Redacted(text)
    throw missing(name, `${placeOf(setting)} is empty`)
  }

  /** The name as a credential for repositories. */
  forGit(name: string): GitCredential {
    return { name, read: () => this.#gitSecret(name) }
  }

  async #gitSecret(name: string): Promise<GitSecret> {
    const { as = 'password', username = anyUser, knownHosts } = this.#setting(name)
    const text = (await this.read(name)).reveal()
    if (as === 'token') return { kind: 'token', token: text.trim() }
    if (as === 'password') return { kind: 'password', username, password: text.trim() }
    if (knownHosts === undefined) {
      throw new HubFailure('no-credential', `credential ${name}: an SSH key needs knownHosts beside it`, {
        subject: `credential ${name}`,
        hint: 'write the host keys of the server to a file (ssh-keyscan, checked) and name it as knownHosts',
      })
    }
    return { kind: 'ssh', privateKey: text, knownHosts: await this.#file(name, knownHosts) }
  }

  #setting(name: string): CredentialSetting {
    const setting = this.#settings.get(name)
    if (setting !== undefined) return setting
    const near = nearest(name, this.#settings.keys())
    throw new HubFailure('no-credential', `credential ${name}: hub.yaml does not list it`, {
      subject: `credential ${name}`,
      hint:
        near === undefined
          ? 'add it to spec.credentials of hub.yaml, with the file, environment variable or Secret that holds it'
          : `did you mean ${near}?`,
    })
  }

  async #textOf(setting: CredentialSetting): Promise<string> {
    if (setting.file !== undefined) return this.#file(setting.name, setting.file)
    if (setting.secret !== undefined) return (await this.#secrets.read(setting.name, setting.secret)).reveal()
    const text = this.#environment[setting.env ?? '']
    if (text === undefined) throw missing(setting.name, `${placeOf(setting)} is not set`)
    return text
  }

  async #file(name: string, file: string): Promise<string> {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      throw missing(name, `file ${file} cannot be read: ${reasonOf(error)}`, error)
    }
  }
}

function placeOf(setting: CredentialSetting): string {
  if (setting.secret !== undefined) return secretText(setting.secret)
  return setting.file === undefined ? `environment variable ${setting.env}` : `file ${setting.file}`
}

function missing(name: string, why: string, cause?: unknown): HubFailure {
  return new HubFailure('no-credential', `credential ${name}: ${why}`, {
    cause,
    subject: `credential ${name}`,
    retryable: true,
    hint: 'mount the secret there; it is read again at the next use',
  })
}
