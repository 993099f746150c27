import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** The people that every test cluster knows. `admin` is in system:masters, the others are bound to cluster-admin. */
export type User = 'admin' | 'alice' | 'bob' | 'evenkeel'

export const users: readonly User[] = ['admin', 'alice', 'bob', 'evenkeel']

export interface ClientResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The token of a user: test clusters authenticate by a token file. */
export function tokenOf(user: string): string {
  return `${user}-token`
}

/** Lines of kube-apiserver's `--token-auth-file`. */
export function tokenFile(): string {
  return users
    .map((user) => `${tokenOf(user)},${user},u-${user},${user === 'admin' ? 'system:masters' : 'people'}`)
    .join('\n')
}

/** A kubeconfig for one user with everything inline, so that it can be handed to anything. */
export function kubeconfigOf(url: string, caPem: string, user: string, context: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: context,
        cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token: tokenOf(user) } }],
    contexts: [{ name: context, context: { cluster: context, user } }],
    'current-context': context,
  })
}

/** Runs kubectl, or another client, as a user. Never throws on a non-zero exit: the caller asserts the code. */
export function runClient(
  program: string,
  folder: string,
  user: User,
  args: readonly string[],
  stdin?: string,
): Promise<ClientResult> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KUBECONFIG: join(folder, `${user}.kubeconfig`), HOME: folder }
    const child = spawn(program, [...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
    // One that ends before it has read what it is given says why on its standard error.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
  })
}
