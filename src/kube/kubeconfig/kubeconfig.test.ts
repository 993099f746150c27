import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../runtime/index.ts'
import { connectionOf, inClusterConnection, KubeFailure, loadKubeconfig } from '../index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rm(folder, { recursive: true }))

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
const operator = { trust: 'operator', environment: {} } as const

function configOf(user: object, cluster: object = {}, context: object = {}): string {
  return JSON.stringify({
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://api.example.com', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': 'x',
  })
}

function thrownBy(run: () => unknown): KubeFailure {
  try {
    run()
  } catch (error) {
    if (error instanceof KubeFailure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an operator kubeconfig', () => {
  test('is read as kubectl reads it: the first of several files wins, paths start from their own file', async () => {
    await mkdir(join(folder, 'a'))
    await mkdir(join(folder, 'b'))
    await writeFile(
      join(folder, 'a', 'config'),
      'users:\n- name: u\n  user: {tokenFile: token}\ncontexts:\n- name: x\n  context: {cluster: c, user: u, namespace: shop}\n',
    )
    await writeFile(join(folder, 'a', 'token'), 'from a\n')
    await writeFile(
      join(folder, 'b', 'config'),
      `current-context: x\nclusters:\n- name: c\n  cluster: {server: "https://b.test:6443/prefix", certificate-authority: ca.crt}\nusers:\n- name: u\n  user: {token: other}\n`,
    )
    const KUBECONFIG = ['a/config', 'missing', 'b/config', 'a/config']
      .map((file) => join(folder, file))
      .join(delimiter)
    const connection = connectionOf(
      await loadKubeconfig({ environment: { KUBECONFIG } }),
      undefined,
      operator,
    )
    expect(connection).toMatchObject({ name: 'x', namespace: 'shop', trust: 'operator' })
    expect(connection.server.href).toBe('https://b.test:6443/prefix')
    expect(connection.tls.ca).toEqual({ file: join(folder, 'b', 'ca.crt') })
    expect(await connection.credentials.authorization()).toBe('Bearer from a')
  })

  test('may name a token file, which is read again as it changes', async () => {
    const clock = new FakeClock()
    const file = join(folder, 'token')
    await writeFile(file, 'one\n')
    const loaded = await loadKubeconfig({ text: configOf({ tokenFile: file }) })
    const { credentials } = connectionOf(loaded, 'x', { ...operator, clock })
    expect(await credentials.authorization()).toBe('Bearer one')
    await writeFile(file, 'two\n')
    expect(await credentials.authorization()).toBe('Bearer one')
    await clock.advance(10_000)
    expect(await credentials.authorization()).toBe('Bearer two')
    await writeFile(file, 'three\n')
    expect(credentials.refresh(credentials.generation)).toBe(true)
    expect(await credentials.authorization()).toBe('Bearer three')
    await writeFile(file, '')
    credentials.refresh(credentials.generation)
    await expect(credentials.authorization()).rejects.toMatchObject({ code: 'no-credential' })
  })

  test('may use basic authentication, impersonation, a proxy and another server name', async () => {
    const user = {
      username: 'me',
      password: 'pw',
      as: 'system:admin',
      'as-groups': ['g'],
      'as-uid': '7',
      'as-user-extra': { k: ['v'] },
    }
    const cluster = { 'proxy-url': 'socks5://proxy.test:1080', 'tls-server-name': 'other.test' }
    const connection = connectionOf(await loadKubeconfig({ text: configOf(user, cluster) }), 'x', operator)
    expect(await connection.credentials.authorization()).toBe(
      `Basic ${Buffer.from('me:pw').toString('base64')}`,
    )
    expect(connection.identity).toEqual({
      user: 'system:admin',
      groups: ['g'],
      uid: '7',
      extra: { k: ['v'] },
    })
    expect(connection.proxy?.href).toBe('socks5://proxy.test:1080')
    expect(connection.tls.serverName).toBe('other.test')
  })

  test('uses the proxy of the environment where it names none', async () => {
    const loaded = await loadKubeconfig({ text: configOf({}) })
    const environment = { HTTPS_PROXY: 'http://proxy.test:3128' }
    expect(connectionOf(loaded, 'x', { trust: 'operator', environment }).proxy?.host).toBe('proxy.test:3128')
  })

  test('shows none of its secrets, whoever prints the connection', async () => {
    const data = Buffer.from(pem.replace('AAAA', 'canary-key')).toString('base64')
    const user = { token: 'canary-token', 'client-certificate-data': data, 'client-key-data': data }
    const connection = connectionOf(await loadKubeconfig({ text: configOf(user) }), 'x', operator)
    await connection.credentials.authorization()
    expect(inspect(connection, { depth: 9, showHidden: true }) + JSON.stringify(connection)).not.toMatch(
      /canary|Y2FuYXJ5/,
    )
  })

  test.each([
    ['not YAML', 'users: [canary: {', 'not valid YAML, line 1'],
    ['a list', '- canary', 'not a map'],
    ['another kind', 'kind: Secret', 'kind "Secret", wanted Config'],
    ['a cluster without a name', 'clusters: [{cluster: {}}]', 'clusters[0].name: missing'],
  ])('that is %s is refused, and its text not quoted', async (_what, text, why) => {
    await expect(loadKubeconfig({ text })).rejects.toMatchObject({ code: 'bad-kubeconfig' })
    const message = await loadKubeconfig({ text }).catch((error: KubeFailure) => error.message)
    expect(message).toContain(why)
    expect(message).not.toContain('canary')
  })

  test('that is not there is named', async () => {
    await expect(loadKubeconfig({ files: [join(folder, 'none')] })).rejects.toThrow(
      'none: cannot read the kubeconfig: no such file',
    )
    await expect(loadKubeconfig({ environment: { KUBECONFIG: join(folder, 'none') } })).rejects.toThrow(
      'none of its 1 files exists',
    )
  })

  test.each([
    ['no such context', configOf({}), 'y', 'no context "y"'],
    ['no such cluster', configOf({}, {}, { cluster: 'z' }), 'x', 'no cluster "z"'],
    ['no such user', configOf({}, {}, { user: 'z' }), 'x', 'no user "z"'],
    ['no server', configOf({}, { server: '' }), 'x', 'cluster.server: cannot use this kubeconfig: missing'],
    ['a strange server', configOf({}, { server: 'ftp://a' }), 'x', 'not an https or http address'],
    [
      'a password in the address',
      configOf({}, { server: 'https://me:canary@a' }),
      'x',
      'holds a user or password',
    ],
    ['no PEM', configOf({}, { 'certificate-authority-data': 'canary' }), 'x', 'not PEM in base64'],
    [
      'a key without its certificate',
      configOf({ 'client-key-data': Buffer.from(pem).toString('base64') }),
      'x',
      'must be given together',
    ],
    ['an old auth provider', configOf({ 'auth-provider': { name: 'gcp' } }), 'x', 'user.auth-provider'],
    ['a token and a user', configOf({ token: 'canary', username: 'me' }), 'x', 'both a token and a username'],
    ['a relative path without a file', configOf({ tokenFile: 'token' }), 'x', 'a relative path'],
    [
      'groups without a user',
      configOf({ 'as-groups': ['canary'] }),
      'x',
      'user.as: cannot use this kubeconfig: missing',
    ],
    [
      'an interactive plugin',
      configOf({ exec: { command: 'x', interactiveMode: 'Always' } }),
      'x',
      'needs a terminal',
    ],
    [
      'an authority and none',
      configOf({}, { 'certificate-authority': '/x', 'insecure-skip-tls-verify': true }),
      'x',
      'set together',
    ],
  ])('with %s is refused, naming the field', async (_what, text, context, why) => {
    const loaded = await loadKubeconfig({ text })
    const failure = thrownBy(() => connectionOf(loaded, context, operator))
    expect(failure.code).toBe('bad-kubeconfig')
    expect(failure.message).toContain(why)
    expect(failure.message).not.toContain('canary')
  })
})

describe('safety 22, 23: a foreign kubeconfig', () => {
  const foreign = { trust: 'foreign', environment: {} } as const
  const data = Buffer.from(pem).toString('base64')

  test('may hold inline data and a private address', async () => {
    const user = { token: 't', 'client-certificate-data': data, 'client-key-data': data }
    const text = configOf(user, { server: 'https://10.0.0.1:6443', 'certificate-authority-data': data })
    const connection = connectionOf(await loadKubeconfig({ text }), 'x', foreign)
    expect(connection.trust).toBe('foreign')
    expect(await connection.credentials.authorization()).toBe('Bearer t')
  })

  const file = join(tmpdir(), 'never-read')
  test.each([
    ['user.exec', configOf({ exec: { command: 'touch', apiVersion: 'client.authentication.k8s.io/v1' } })],
    ['user.auth-provider', configOf({ 'auth-provider': { config: { 'cmd-path': '/bin/sh' } } })],
    ['user.cmd-path', configOf({ 'cmd-path': '/bin/sh' })],
    ['user.tokenFile', configOf({ tokenFile: file })],
    ['user.client-certificate', configOf({ 'client-certificate': file, 'client-key-data': data })],
    ['user.client-key', configOf({ 'client-certificate-data': data, 'client-key': file })],
    ['cluster.certificate-authority', configOf({}, { 'certificate-authority': file })],
    ['cluster.proxy-url', configOf({}, { 'proxy-url': 'http://proxy.test' })],
    ['cluster.server', configOf({}, { server: 'http://api.example.com' })],
    ['cluster.server', configOf({}, { server: 'https://127.0.0.1:2379' })],
    ['cluster.server', configOf({}, { server: 'https://2852039166/' })],
    ['cluster.server', configOf({}, { server: 'https://[::ffff:169.254.169.254]/' })],
    ['user.as', configOf({ as: 'jane', 'as-groups': ['system:masters'] })],
  ])('with %s is refused, naming the field', async (field, text) => {
    const loaded = await loadKubeconfig({ text })
    const failure = thrownBy(() => connectionOf(loaded, 'x', foreign))
    expect(failure.code).toBe('refused-kubeconfig')
    expect(failure.details.map((detail) => detail.where)).toEqual([field])
  })

  test('may have what the hub allows', async () => {
    const text = configOf(
      { tokenFile: file },
      { server: 'https://127.0.0.1:6443', 'proxy-url': 'http://proxy.test' },
    )
    const allow = { hosts: ['127.0.0.1'], files: true, proxy: true }
    expect(connectionOf(await loadKubeconfig({ text }), 'x', { ...foreign, allow }).allowedHosts).toEqual([
      '127.0.0.1',
    ])
  })
})

describe('the account of a Pod', () => {
  test('is read from its mount, the token as it rotates, and never goes through a proxy', async () => {
    await writeFile(join(folder, 'token'), 'first')
    await writeFile(join(folder, 'namespace'), 'ops\n')
    const clock = new FakeClock()
    const environment = {
      KUBERNETES_SERVICE_HOST: 'fd00::1',
      KUBERNETES_SERVICE_PORT: '443',
      HTTPS_PROXY: 'http://p',
    }
    const connection = await inClusterConnection({ environment, folder, clock })
    expect(connection.server.href).toBe('https://[fd00::1]/')
    expect(connection.namespace).toBe('ops')
    expect(connection.proxy).toBeUndefined()
    expect(await connection.credentials.authorization()).toBe('Bearer first')
    await writeFile(join(folder, 'token'), 'second')
    await clock.advance(10_000)
    expect(await connection.credentials.authorization()).toBe('Bearer second')
  })

  test('is refused outside a cluster', async () => {
    await expect(inClusterConnection({ environment: {}, folder })).rejects.toMatchObject({
      code: 'bad-kubeconfig',
    })
  })
})
