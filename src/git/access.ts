import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
import type { GitSecret, OpenOptions } from './contract.ts'
import type { GitFailureCode } from './failures.ts'
import type { CheckedUrl } from './url.ts'

/** How git reaches the server for one exchange. */
export interface Access {
  readonly env: Readonly<Record<string, string>>
  /** Texts that must not appear in messages. */
  readonly secrets: readonly string[]
}

/**
 * Calls `use` with the environment that gives git one exchange with the server: the one transport of its URL,
 * the credential read anew, as a header in the environment or as files of mode 0600 that are gone
 * afterwards. Never an argument; never another host, because redirects are not followed (safety row 16).
 */
export async function withAccess<Result>(
  url: CheckedUrl,
  options: OpenOptions,
  use: (access: Access) => Promise<Result>,
): Promise<Result> {
  const env: Record<string, string> = { GIT_ALLOW_PROTOCOL: url.transport }
  if (options.caFile !== undefined) env['GIT_SSL_CAINFO'] = options.caFile
  const secret = await readSecret(url, options)
  if (url.transport !== 'ssh') {
    const header = secret === undefined ? undefined : headerOf(secret)
    if (header === undefined) return use({ env, secrets: [] })
    const origin = new URL(url.address).origin
    Object.assign(env, {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${origin}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: ${header}`,
    })
    return use({ env, secrets: [...secretsOf(secret), header] })
  }
  if (secret?.kind !== 'ssh') return use({ env: { ...env, GIT_SSH_COMMAND: sshCommand([]) }, secrets: [] })
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-ssh-'))
  try {
    const [key, hosts] = [join(folder, 'key'), join(folder, 'known_hosts')]
    const text = secret.privateKey.endsWith('\n') ? secret.privateKey : `${secret.privateKey}\n`
    await writeFile(key, text, { mode: 0o600 })
    await writeFile(hosts, `${secret.knownHosts}\n`, { mode: 0o600 })
    const command = sshCommand([
      ['IdentityFile', key],
      ['IdentitiesOnly', 'yes'],
      ['IdentityAgent', 'none'],
      ['UserKnownHostsFile', hosts],
      ['GlobalKnownHostsFile', '/dev/null'],
    ])
    return await use({ env: { ...env, GIT_SSH_COMMAND: command }, secrets: secretsOf(secret) })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readSecret(url: CheckedUrl, options: OpenOptions): Promise<GitSecret | undefined> {
  const { credential } = options
  if (credential === undefined) return undefined
  const secret = await credential.read()
  const fits = url.transport === 'file' || (secret.kind === 'ssh') === (url.transport === 'ssh')
  const code: GitFailureCode = 'denied'
  if (!fits) {
    throw new Failure(
      code,
      `repository ${url.shown}: credential ${credential.name} is of another kind than its transport`,
      {
        subject: `repository ${url.shown}`,
        hint: 'use a password or token with https, and a private key with ssh',
      },
    )
  }
  if (/[\r\n\0]/.test(secret.kind === 'ssh' ? '' : secretsOf(secret).join(''))) {
    throw new Failure(code, `repository ${url.shown}: credential ${credential.name} holds a line break`, {
      subject: `repository ${url.shown}`,
      hint: 'write the secret without a trailing line break',
    })
  }
  return secret
}

function headerOf(secret: GitSecret): string | undefined {
  if (secret.kind === 'token') return `Bearer ${secret.token}`
  if (secret.kind === 'ssh') return undefined
  return `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}`
}

function secretsOf(secret: GitSecret | undefined): string[] {
  if (secret === undefined) return []
  if (secret.kind === 'token') return [secret.token]
  return secret.kind === 'ssh' ? [secret.privateKey] : [secret.password]
}

/** ssh without any configuration of the machine, that asks nothing and trusts no unknown host (row 20). */
function sshCommand(more: readonly (readonly [string, string])[]): string {
  const options: readonly (readonly [string, string])[] = [
    ['BatchMode', 'yes'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['PermitLocalCommand', 'no'],
    ['ForwardAgent', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['ConnectTimeout', '20'],
    ...more,
  ]
  const quoted = options.map(([name, value]) => `-o '${name}=${value.replaceAll("'", String.raw`'\''`)}'`)
  return ['ssh', '-F', '/dev/null', ...quoted].join(' ')
}
