import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '../../runtime/index.ts'
import { KubeFailure } from '../failure.ts'
import { type Credentials, credentialsFrom, ExecPlugin } from './index.ts'

let folder: string
let clock: FakeClock

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kube-exec-'))
  clock = new FakeClock(Date.parse('2026-05-01T00:00:00Z'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Credentials from a plugin with this body, which counts its runs in the file `runs`. */
async function pluginOf(
  body: string,
  options: { apiVersion?: string; timeoutMs?: number } = {},
): Promise<Credentials> {
  const file = join(folder, 'plugin')
  const script = `#!${process.execPath}\nrequire('fs').appendFileSync(${JSON.stringify(join(folder, 'runs'))}, 'x')\n${body}`
  await writeFile(file, script)
  await chmod(file, 0o755)
  const exec = new ExecPlugin({
    command: './plugin',
    args: ['get-token', '; touch pwned'],
    env: { REGION: 'eu' },
    folder,
    apiVersion: options.apiVersion ?? 'client.authentication.k8s.io/v1',
    cluster: { server: 'https://api.test' },
    installHint: 'install the plugin',
    clock,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return credentialsFrom({ exec }, clock)
}

async function runs(): Promise<number> {
  return (await readFile(join(folder, 'runs'), 'utf8')).length
}

function answer(status: object, apiVersion = 'client.authentication.k8s.io/v1'): string {
  return `console.log(${JSON.stringify(JSON.stringify({ apiVersion, kind: 'ExecCredential', status }))})`
}

async function failureOf(credentials: Credentials): Promise<KubeFailure> {
  const error: unknown = await credentials.authorization().catch((thrown: unknown) => thrown)
  if (!(error instanceof KubeFailure)) throw new Error('no KubeFailure')
  return error
}

describe('a credential plugin', () => {
  test('gets its arguments as they are, its environment and the cluster, and gives a token', async () => {
    const credentials = await pluginOf(`
      const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO)
      const token = [process.argv.slice(2).join('|'), process.env.REGION, info.spec.cluster.server, info.spec.interactive].join(',')
      console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status: { token } }))`)
    expect(await credentials.authorization()).toBe('Bearer get-token|; touch pwned,eu,https://api.test,false')
  })

  test('runs once for many requests, and again when its credential has expired', async () => {
    const credentials = await pluginOf(answer({ token: 't', expirationTimestamp: '2026-05-01T01:00:00Z' }))
    await Promise.all([credentials.authorization(), credentials.authorization(), credentials.certificate()])
    expect(await runs()).toBe(1)
    await clock.advance(3_600_000 - 1)
    await credentials.authorization()
    expect(await runs()).toBe(1)
    await clock.advance(1)
    await credentials.authorization()
    expect(await runs()).toBe(2)
  })

  test('runs again after its credential was refused', async () => {
    const credentials = await pluginOf(answer({ token: 't' }))
    await credentials.authorization()
    expect(credentials.refresh(credentials.generation)).toBe(true)
    await credentials.authorization()
    expect(await runs()).toBe(2)
  })

  test('runs once more, and not once a request, when many requests were refused', async () => {
    const credentials = await pluginOf(answer({ token: 't' }))
    const { generation } = credentials
    await credentials.authorization()
    const again = Array.from({ length: 20 }, () => {
      credentials.refresh(generation)
      return credentials.authorization()
    })
    await Promise.all(again)
    expect(await runs()).toBe(2)
  })

  test('may speak v1beta1 and give a client certificate', async () => {
    const apiVersion = 'client.authentication.k8s.io/v1beta1'
    const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' }
    const credentials = await pluginOf(answer(status, apiVersion), { apiVersion })
    expect(await credentials.certificate()).toEqual({ cert: 'CERT', key: 'KEY' })
    expect(await credentials.authorization()).toBeUndefined()
  })

  test.each([
    [
      'fails',
      'console.error("denied for eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.canary"); process.exit(3)',
      'ended with 3: denied for …',
    ],
    ['writes no JSON', 'console.log("canary")', 'wrote no JSON'],
    ['writes something else', 'console.log("{}")', 'wrote no ExecCredential'],
    [
      'answers in another version',
      answer({ token: 'canary' }, 'client.authentication.k8s.io/v1alpha1'),
      'wanted client',
    ],
    ['gives nothing', answer({}), 'neither token nor certificate'],
    ['gives a certificate without its key', answer({ clientCertificateData: 'canary' }), 'without its key'],
  ])('that %s is told with its reason, and without what it wrote', async (_what, body, reason) => {
    const failure = await failureOf(await pluginOf(body))
    expect(failure.code).toBe('no-credential')
    expect(failure.message).toContain(reason)
    expect(failure.message).not.toContain('canary')
    expect(failure.hint).toBe('install the plugin')
  })

  test('that hangs is ended at its deadline, with everything it started', async () => {
    const credentials = await pluginOf('setInterval(() => {}, 1000)')
    const failing = failureOf(credentials)
    await clock.advance(60_000)
    expect((await failing).message).toContain('gave no answer within 60 s')
  })

  test('that is not there is told', async () => {
    const credentials = await pluginOf('')
    await rm(join(folder, 'plugin'))
    expect((await failureOf(credentials)).message).toContain('did not start')
  })

  test('that failed is asked again by the next request', async () => {
    const credentials = await pluginOf(`
      if (require('fs').readFileSync(${JSON.stringify(join(folder, 'runs'))}).length < 2) process.exit(1)
      ${answer({ token: 't' })}`)
    await failureOf(credentials)
    expect(await credentials.authorization()).toBe('Bearer t')
  })
})

test('an unknown version of the plugin protocol is refused before anything runs', async () => {
  await expect(pluginOf('', { apiVersion: 'client.authentication.k8s.io/v1alpha1' })).rejects.toMatchObject({
    code: 'bad-kubeconfig',
  })
})
