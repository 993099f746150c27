import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HubFailure } from '../failure.ts'
import { loadHubConfig } from './index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-config-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const canary = 'c4nary-9f3e-s3cret'

async function written(spec: string): Promise<string> {
  const file = join(folder, 'hub.yaml')
  await writeFile(file, `apiVersion: evenkeel.dev/v1alpha1\nkind: HubConfig\nspec:\n${spec}`)
  return file
}

async function failureOf(loading: Promise<unknown>): Promise<HubFailure> {
  return loading.then(
    () => {
      throw new Error('it was accepted')
    },
    (error: HubFailure) => error,
  )
}

describe('the configuration', () => {
  test('of a first minute needs no file: loopback, the embedded store, the XDG data folder', async () => {
    const config = await loadHubConfig({}, { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder })
    expect(config).toMatchObject({
      file: undefined,
      dataFolder: join(folder, 'evenkeel'),
      listen: { host: '127.0.0.1', port: 7480 },
      secretKey: { kind: 'beside-data', folder: join(folder, 'evenkeel') },
      observe: false,
      fleet: undefined,
    })
    expect(await config.store()).toEqual({ kind: 'embedded', folder: join(folder, 'evenkeel') })
    const usual = await loadHubConfig({}, { XDG_CONFIG_HOME: folder })
    expect(usual.dataFolder).toBe(join(homedir(), '.local/share/evenkeel'))
  })

  test('flags go before the environment, the environment before the file, the file before defaults', async () => {
    const config = await written(
      '  listen: 127.0.0.1:1\n  data: d\n  logLevel: warn\n  fleet: {url: ./fleet, poll: 5s}\n',
    )
    const environment = {
      EVENKEEL_LISTEN: '127.0.0.1:2',
      EVENKEEL_FLEET_BRANCH: 'main',
      EVENKEEL_LOG_LEVEL: '',
    }
    expect(await loadHubConfig({ config }, {})).toMatchObject({
      listen: { port: 1 },
      dataFolder: join(folder, 'd'),
    })
    expect(await loadHubConfig({ config }, environment)).toMatchObject({
      listen: { port: 2 },
      logLevel: 'warn',
      fleet: { url: join(folder, 'fleet'), branch: 'main', pollMs: 5_000 },
    })
    const flags = { config, listen: '127.0.0.1:3', data: '/x', observe: true }
    expect(await loadHubConfig(flags, { ...environment, EVENKEEL_OBSERVE: 'false' })).toMatchObject({
      listen: { port: 3 },
      dataFolder: '/x',
      observe: true,
    })
  })

  test('every field is also a variable, lists as YAML or JSON', async () => {
    const config = await loadHubConfig(
      {},
      {
        XDG_CONFIG_HOME: folder,
        EVENKEEL_DATA: '/data',
        EVENKEEL_OBSERVE: 'true',
        EVENKEEL_SECRET_KEY_FILE: '/run/key',
        EVENKEEL_DATABASE_URL: 'postgresql://db/evenkeel',
        EVENKEEL_METRICS_LISTEN: '127.0.0.1:9090',
        EVENKEEL_RETENTION_DAYS: '30',
        EVENKEEL_AUDIT_FILES: '[{"cluster": "a", "file": "/audit.log"}]',
        EVENKEEL_KUBECONFIGS: '[{name: default, file: /kubeconfig}]',
        EVENKEEL_FLEET_URL: 'https://git.corp/fleet',
      },
    )
    expect(config).toMatchObject({
      dataFolder: '/data',
      observe: true,
      secretKey: { kind: 'mounted', file: '/run/key' },
      metrics: { host: '127.0.0.1', port: 9090 },
      retention: { days: 30 },
      audit: { files: [{ cluster: 'a', file: '/audit.log' }], webhook: true },
      kubeconfigs: [{ name: 'default', file: '/kubeconfig' }],
    })
    const store = await config.store()
    expect(store.kind === 'postgres' && store.url.reveal()).toBe('postgresql://db/evenkeel')
    expect(JSON.stringify(store)).not.toContain('postgresql')
  })

  test.each([
    ['  lissten: 127.0.0.1:1\n', 'unknown field; did you mean spec.listen?', 'spec.lissten (line 4)'],
    ['  fleet: {ulr: x}\n', 'unknown field; did you mean spec.fleet.url?', 'spec.fleet.ulr'],
    [
      '  credentials: [{name: a, flie: /x}]\n',
      'unknown field; did you mean spec.credentials[0].file?',
      'flie',
    ],
    ['  logLevel: loud\n', 'must be debug or info or warn or error or silent', 'spec.logLevel'],
    ['  observe: 1\n', 'must be boolean', 'spec.observe'],
    ['  listen: nowhere\n', 'must be an address and a port', 'spec.listen'],
    ['  fleet: {url: x, poll: soon}\n', 'must be a duration', 'spec.fleet.poll'],
    ['  fleet: {branch: x}\n', 'is missing', 'fleet.url'],
    ['  credentials: [{name: a}]\n', 'must name exactly one of file, env and secret', 'spec.credentials[0]'],
    ['  credentials: [{name: a, env: A, secret: {name: s}}]\n', 'must name exactly one of', 'credentials[0]'],
    ['  credentials: [{name: a, file: /a, env: A}]\n', 'must name exactly one of', 'spec.credentials[0]'],
    ['  credentials: [{name: a, secret: {key: k}}]\n', 'is missing', 'spec.credentials[0].secret.name'],
    [
      '  credentials: [{name: a, secret: {name: s, kye: k}}]\n',
      'did you mean spec.credentials[0].secret.key?',
      'kye',
    ],
    ['  credentials: [{name: a, secret: {name: ../s}}]\n', 'must be the name of a Secret', 'secret.name'],
    ['  credentials: [{name: a, secret: {name: s, key: a/b}}]\n', 'must be a key', 'secret.key'],
    ['  credentials: [{name: a, secret: {name: s, namespace: a.b}}]\n', 'namespace', 'secret.namespace'],
    ['  credentials: [{name: a, env: A}, {name: a, env: B}]\n', 'names a twice', 'credentials'],
    ['  listen: 0.0.0.0:7480\n', 'tokens would travel in clear', 'listen'],
    ['  listen: 127.0.0.1:99999\n', 'port above 65535', 'listen'],
    ['  database: {url: a, credential: b}\n', 'give one of them', 'database'],
    ['  a: [\n', '', 'line'],
  ])('%j is refused at its field', async (spec, message, where) => {
    const config = await written(spec)
    const failure = await failureOf(loadHubConfig({ config }, {}))
    expect(failure).toMatchObject({ code: 'bad-config', subject: config })
    expect(failure.details.map((detail) => `${detail.where}: ${detail.message}`).join('\n')).toContain(
      message,
    )
    expect(failure.details[0]?.where).toContain(where)
  })

  test('with several faults names all of them', async () => {
    const config = await written('  logLevel: loud\n  observe: 1\n  nope: 1\n')
    const failure = await failureOf(loadHubConfig({ config }, {}))
    expect(failure.details).toHaveLength(3)
    expect(failure.message).toContain('(and 2 more)')
  })

  test('that is named and not there, of another kind or not YAML for a variable, is refused', async () => {
    expect(await failureOf(loadHubConfig({ config: join(folder, 'no') }, {}))).toMatchObject({
      code: 'bad-config',
    })
    const file = join(folder, 'hub.yaml')
    await writeFile(file, 'apiVersion: evenkeel.dev/v1alpha1\nkind: Fleet\n')
    expect((await failureOf(loadHubConfig({ config: file }, {}))).message).toContain('HubConfig')
    await writeFile(file, '')
    expect((await failureOf(loadHubConfig({ config: file }, {}))).message).toContain('0 documents')
    const variable = await failureOf(
      loadHubConfig({}, { XDG_CONFIG_HOME: folder, EVENKEEL_KUBECONFIGS: '[' }),
    )
    expect(variable).toMatchObject({ code: 'bad-config', subject: 'EVENKEEL_KUBECONFIGS' })
  })

  test('row 47: no fault quotes a value', async () => {
    const config = await written(
      `  database: {url: ["${canary}"]}\n  logLevel: ${canary}\n  listen: ${canary}\n  tls: ${canary}\n`,
    )
    const failure = await failureOf(loadHubConfig({ config }, { EVENKEEL_CREDENTIALS: `[${canary}` }))
    expect(JSON.stringify([failure.message, failure.details, failure.hint])).not.toContain(canary)
    const fromFile = await failureOf(loadHubConfig({ config }, {}))
    expect(JSON.stringify([fromFile.message, fromFile.details, fromFile.hint])).not.toContain(canary)
  })

  test('listens to others with TLS, or behind a proxy that has it', async () => {
    const proxied = await written('  listen: 0.0.0.0:7480\n  publicUrl: https://hub.corp\n')
    expect((await loadHubConfig({ config: proxied }, {})).listen.host).toBe('0.0.0.0')
    const own = await written('  listen: "[::]:7480"\n  tls: {cert: c.pem, key: k.pem}\n')
    expect(await loadHubConfig({ config: own }, {})).toMatchObject({
      listen: { host: '::', port: 7480 },
      tls: { cert: join(folder, 'c.pem'), key: join(folder, 'k.pem') },
    })
  })
})

describe('a credential', () => {
  async function credentials() {
    const config = await written(
      `  credentials:
    - {name: forge, file: token}
    - {name: bearer, env: BEARER, as: token}
    - {name: user, env: BEARER, username: bob}
    - {name: ssh, file: token, as: ssh, knownHosts: hosts}
    - {name: half, file: token, as: ssh}
    - {name: unset, env: NOT_SET}
`,
    )
    return (await loadHubConfig({ config }, { BEARER: `${canary}\n` })).credentials
  }

  test('is read anew at each use, so that a changed file takes effect', async () => {
    const known = await credentials()
    await writeFile(join(folder, 'token'), 'one')
    expect((await known.read('forge')).reveal()).toBe('one')
    await writeFile(join(folder, 'token'), 'two')
    expect((await known.read('forge')).reveal()).toBe('two')
    expect(JSON.stringify(await known.read('forge'))).toBe('"[redacted]"')
  })

  test('that leads nowhere fails by name, and says what is near', async () => {
    const known = await credentials()
    await expect(known.read('forge')).rejects.toMatchObject({ code: 'no-credential', retryable: true })
    await expect(known.read('unset')).rejects.toMatchObject({
      message: expect.stringContaining('NOT_SET is not set'),
    })
    await expect(known.read('froge')).rejects.toMatchObject({ hint: 'did you mean forge?' })
    await writeFile(join(folder, 'token'), ' \n')
    await expect(known.read('forge')).rejects.toMatchObject({ message: expect.stringContaining('is empty') })
  })

  test('in a Secret, of a hub that runs in no cluster, fails by name and says what to name instead', async () => {
    const config = await written('  credentials: [{name: kube, secret: {name: prod}}]\n')
    const known = (await loadHubConfig({ config }, {})).credentials
    await expect(known.read('kube')).rejects.toMatchObject({
      code: 'no-credential',
      subject: 'credential kube',
      message: expect.stringContaining('credential kube: cannot read Secret prod: in-cluster account'),
      hint: 'run the hub inside a cluster, or name a file or an env in place of the Secret',
    })
  })

  test('is to Git a password, a token or an SSH key with its host keys', async () => {
    const known = await credentials()
    await writeFile(join(folder, 'token'), 'key\n')
    await writeFile(join(folder, 'hosts'), 'git.corp ssh-ed25519 AAAA')
    expect(await known.forGit('forge').read()).toEqual({ kind: 'password', username: 'git', password: 'key' })
    expect(await known.forGit('user').read()).toEqual({ kind: 'password', username: 'bob', password: canary })
    expect(await known.forGit('bearer').read()).toEqual({ kind: 'token', token: canary })
    expect(await known.forGit('ssh').read()).toMatchObject({ kind: 'ssh', privateKey: 'key\n' })
    await expect(known.forGit('half').read()).rejects.toMatchObject({ code: 'no-credential' })
  })
})
