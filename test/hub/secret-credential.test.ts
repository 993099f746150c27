import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { type HubConfig, loadHubConfig } from '../../src/hub/config/index.ts'
import { FakeClock } from '../../src/runtime/index.ts'
import { type AttachedApiServer, attachApiServer } from '../../tools/kubernetes/index.ts'

/** One in clear, and as the API server holds it. */
const canary = 'c4nary-51d0-s3cret'
const encoded = Buffer.from(canary).toString('base64')

let folder: string
let namespace: string
let server: AttachedApiServer
let clock: FakeClock
beforeEach(async () => {
  const [address] = inject('clusters')
  if (address === undefined) throw new Error('no cluster')
  server = await attachApiServer(address)
  clock = new FakeClock()
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-account-'))
  namespace = `credential-${Math.random().toString(36).slice(2, 8)}`
  await kubectl('create', 'namespace', namespace)
  await kubectl('-n', namespace, 'create', 'serviceaccount', 'hub')
  await kubectl('-n', namespace, 'create', 'role', 'hub', '--verb=get', '--resource=secrets')
  const account = `--serviceaccount=${namespace}:hub`
  await kubectl('-n', namespace, 'create', 'rolebinding', 'hub', '--role=hub', account)
  // What a Pod finds at /var/run/secrets/kubernetes.io/serviceaccount.
  const token = await kubectl('-n', namespace, 'create', 'token', 'hub')
  await writeFile(join(folder, 'token'), token.trim(), { mode: 0o600 })
  await writeFile(join(folder, 'ca.crt'), server.caPem)
  await writeFile(join(folder, 'namespace'), namespace)
})
afterEach(async () => {
  await kubectl('delete', 'namespace', namespace, '--wait=false')
  await rm(folder, { recursive: true, force: true })
})

function kubectl(...args: string[]): Promise<string> {
  return server.mustKubectl('admin', args)
}

/** The credential `kube` of a hub whose Pod has the account. */
async function credentialsWith(secret: string): Promise<HubConfig['credentials']> {
  const config = join(folder, 'hub.yaml')
  const credential = `    - {name: kube, secret: ${secret}}\n`
  const head = 'apiVersion: evenkeel.dev/v1alpha1\nkind: HubConfig\nspec:\n  credentials:\n'
  await writeFile(config, head + credential)
  const { hostname, port } = new URL(server.url)
  const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
  return (await loadHubConfig({ config }, environment, { folder, clock })).credentials
}

function createSecret(...values: string[]): Promise<string> {
  const literals = values.map((value) => `--from-literal=${value}`)
  return kubectl('-n', namespace, 'create', 'secret', 'generic', 'prod', ...literals)
}

async function failureOf(reading: Promise<unknown>): Promise<Record<string, unknown>> {
  const failure = await reading.then(
    () => {
      throw new Error('it was read')
    },
    (error: unknown) => error,
  )
  const { code, subject, message, hint, retryable } = failure as Record<string, unknown>
  return { code, subject, message, hint, retryable }
}

test('a credential in a Secret of the own namespace is read with its only key, and shown to nobody', async () => {
  await createSecret(`kubeconfig=${canary}`)
  const known = await credentialsWith('{name: prod}')
  const value = await known.read('kube')
  expect(value.reveal()).toBe(canary)
  expect(JSON.stringify([value, known])).not.toContain(canary)
  expect(await known.forGit('kube').read()).toMatchObject({ kind: 'password', password: canary })
})

test('a changed Secret takes effect without a restart, within seconds', async () => {
  await createSecret('kubeconfig=one')
  const known = await credentialsWith(`{name: prod, namespace: ${namespace}, key: kubeconfig}`)
  expect((await known.read('kube')).reveal()).toBe('one')
  const two = Buffer.from('two').toString('base64')
  const patch = JSON.stringify({ data: { kubeconfig: two } })
  await kubectl('-n', namespace, 'patch', 'secret', 'prod', '-p', patch)
  expect((await known.read('kube')).reveal()).toBe('one')
  await clock.advance(5_000)
  expect((await known.read('kube')).reveal()).toBe('two')
})

test('a missing Secret fails by name, is looked for again at once, and a deleted one is not remembered', async () => {
  const known = await credentialsWith('{name: prod}')
  expect(await failureOf(known.read('kube'))).toEqual({
    code: 'no-credential',
    subject: 'credential kube',
    message: `credential kube: cannot read Secret ${namespace}/prod: it is not there`,
    hint: `create Secret prod in namespace ${namespace}; it is read again at the next use`,
    retryable: true,
  })
  await createSecret('kubeconfig=one')
  expect((await known.read('kube')).reveal()).toBe('one')
  await kubectl('-n', namespace, 'delete', 'secret', 'prod')
  await clock.advance(5_000)
  expect(await failureOf(known.read('kube'))).toMatchObject({ code: 'no-credential' })
})

test('a key that is missing, not said or empty names the keys that are there, never a value', async () => {
  await createSecret(`admin=${canary}`, `viewer=${canary}`, 'none=')
  const missing = await failureOf((await credentialsWith('{name: prod, key: amdin}')).read('kube'))
  expect(missing).toMatchObject({
    code: 'no-credential',
    message: `credential kube: cannot read key amdin of Secret ${namespace}/prod: it holds keys admin, none, viewer`,
    hint: 'add amdin to the Secret, or name another key in spec.credentials of hub.yaml',
  })
  const notSaid = await failureOf((await credentialsWith('{name: prod}')).read('kube'))
  expect(notSaid['message']).toContain('it holds keys admin, none, viewer, wanted one, or key to say which')
  const empty = await failureOf((await credentialsWith('{name: prod, key: none}')).read('kube'))
  expect(empty['message']).toBe('credential kube: key none of Secret prod is empty')
  for (const text of [canary, encoded]) {
    expect(JSON.stringify([missing, notSaid, empty])).not.toContain(text)
  }
})

test('a Secret that the account may not read says which right is missing', async () => {
  const known = await credentialsWith('{name: prod, namespace: kube-system}')
  expect(await failureOf(known.read('kube'))).toMatchObject({
    code: 'no-credential',
    subject: 'credential kube',
    message: "credential kube: cannot read Secret kube-system/prod: the hub's service account may not get it",
    hint: 'give it a Role in namespace kube-system with get on secrets, resourceNames [prod]',
  })
})
