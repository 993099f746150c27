import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { attachApiServer, type AttachedApiServer } from '../../../tools/kubernetes/index.ts'
import { type Client, createClient } from '../../api/index.ts'
import {
  head,
  makeTestFleet,
  startTestHub,
  type TestFleet,
  type TestHub,
  until,
  writeHubYaml,
} from './hub-under-test.ts'

let folder: string
let fleet: TestFleet
let hub: TestHub | undefined
let child: ChildProcess | undefined
let config: string
let namespace: string
let bundle: string
let servers: { readonly new: AttachedApiServer; readonly old: AttachedApiServer }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-hub-'))
  fleet = await makeTestFleet()
  const [newest, oldest] = await Promise.all(inject('clusters').map((address) => attachApiServer(address)))
  if (newest === undefined || oldest === undefined) throw new Error('no clusters')
  servers = { new: newest, old: oldest }
  const id = Math.random().toString(36).slice(2, 8)
  namespace = `hub-${id}`
  bundle = `shop-${id}`
  await giveKubeconfigs(servers)
  const names = ['new', 'old'] as const
  config = await writeHubYaml(folder, {
    data: join(folder, 'data'),
    listen: '127.0.0.1:0',
    fleet: { url: fleet.folder, branch: 'main', poll: '1s' },
    credentials: names.map((name) => ({ name, file: join(folder, name) })),
    audit: { files: names.map((cluster) => ({ cluster, file: servers[cluster].auditLog })) },
  })
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = undefined
  await hub?.running.stop()
  hub = undefined
  await rm(folder, { recursive: true, force: true })
  await rm(fleet.folder, { recursive: true, force: true })
})

async function giveKubeconfigs(given: typeof servers): Promise<void> {
  await writeFile(join(folder, 'new'), given.new.kubeconfig('evenkeel'))
  await writeFile(join(folder, 'old'), given.old.kubeconfig('evenkeel'))
}

const cluster = (name: string): string =>
  `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: {environment: prod, connect: {kubeconfig: {secret: ${name}}}}\n`

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {value: "${value}"}\n`
}

function files(): Record<string, string> {
  return {
    'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
    'fleet/environments/prod.yaml': `${head}kind: Environment\nmetadata: {name: prod}\nspec: {tier: protected, mode: enforce}\n`,
    'fleet/clusters/new.yaml': cluster('new'),
    'fleet/clusters/old.yaml': cluster('old'),
    'fleet/bundles/shop.yaml': `${head}kind: Bundle\nmetadata: {name: ${bundle}}\nspec: {source: {path: apps/shop}, placement: {where: "true"}, drift: {healAfter: 1h}}\n`,
    'apps/shop/namespace.yaml': `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n`,
    'apps/shop/one.yaml': configMap('one', '1'),
    'apps/shop/two.yaml': configMap('two', '2'),
  }
}

async function start(): Promise<Client> {
  hub = await startTestHub(config)
  return hub.client
}

/** Waits until every cluster has applied the commit and nothing differs. */
async function inSync(client: Client, revision: string): Promise<void> {
  await until(
    'everything is applied and in sync',
    async () => ({
      bundle: await client.bundle({ params: { bundle } }).catch(String),
      log: hub?.lines.slice(-5),
    }),
    ({ bundle: seen }) =>
      typeof seen !== 'string' &&
      seen.placed.length > 0 &&
      seen.placed.every(({ state, applied }) => state === 'in-sync' && applied?.revision === revision),
  )
}

async function value(server: AttachedApiServer, name: string): Promise<string> {
  const { stdout } = await server.kubectl('admin', [
    'get',
    'cm',
    name,
    '-n',
    namespace,
    '-o',
    'jsonpath={.data.value}',
  ])
  return stdout
}

async function versions(server: AttachedApiServer): Promise<string> {
  return server.mustKubectl('admin', [
    'get',
    'cm',
    '-n',
    namespace,
    '-o',
    'jsonpath={.items[*].metadata.resourceVersion}',
  ])
}

const edit = (name: string, to: string): Promise<string> =>
  servers.new.mustKubectl('alice', [
    'patch',
    'cm',
    name,
    '-n',
    namespace,
    '-p',
    JSON.stringify({ data: { value: to } }),
  ])

test('a commit reaches two releases of Kubernetes; an edit has a writer and a person, and is healed on a word', async () => {
  const revision = await fleet.commit(files())
  const client = await start()
  await inSync(client, revision)
  expect(await client.status({ query: {} })).toMatchObject({
    clusters: 2,
    states: { 'in-sync': 2 },
    causes: [],
  })
  expect([await value(servers.new, 'one'), await value(servers.old, 'two')]).toEqual(['1', '2'])

  await edit('one', 'changed')
  const { items } = await until(
    'the edit is known with its person',
    () => client.drift({ query: {} }),
    (page) => page.items[0]?.writer.person === 'alice',
  )
  expect(items).toMatchObject([
    {
      cluster: 'new',
      environment: 'prod',
      tier: 'protected',
      bundle,
      path: 'data.value',
      class: 'taken',
      desired: { is: 'text', text: '"1"' },
      live: { is: 'text', text: '"changed"' },
      writer: { manager: 'kubectl-patch', kind: 'human', person: 'alice' },
      sure: 'exact',
      mode: 'enforce',
      healAfterMs: 3_600_000,
      origin: { file: 'apps/shop/one.yaml', line: 1 },
      lastKnown: false,
    },
  ])
  const status = await client.status({ query: {} })
  expect(status).toMatchObject({
    states: { 'in-sync': 1, drifted: 1 },
    causes: [{ clusters: 1, names: ['new'] }],
  })

  const preview = await client.previewHeal({ body: { clusters: ['new'] } })
  const [target] = preview.targets
  expect(target?.objects).toMatchObject([
    { fields: [{ path: 'data.value', from: 'changed', to: '1' }], conflicts: [] },
  ])
  const clusterId = target?.identity.clusterId ?? ''
  const targets = [{ cluster: 'new', clusterId, keys: target?.objects.map(({ key }) => key) ?? [] }]
  await expect(client.heal({ body: { targets, yes: true } })).rejects.toMatchObject({
    code: 'confirmation-needed',
  })
  expect(await value(servers.new, 'one')).toBe('changed')
  const healed = await client.heal({ body: { targets, confirm: 'new', reason: 'INC-1' } })
  expect(healed.targets).toMatchObject([{ cluster: 'new', objects: [{ outcome: 'healed' }] }])
  expect(await value(servers.new, 'one')).toBe('1')
  await inSync(client, revision)
  const events = await client.events({ query: {} })
  expect(events.items.find(({ id }) => id === healed.activity)).toMatchObject({
    type: 'heal-asked',
    reason: 'INC-1',
  })

  const trace = await client.trace({
    params: { cluster: 'new' },
    query: { kind: 'ConfigMap', namespace, name: 'two' },
  })
  expect(trace.steps).toMatchObject([
    { is: 'object' },
    { is: 'bundle', bundle, revision },
    { is: 'source', origin: { file: 'apps/shop/two.yaml', line: 1 } },
  ])
})

test('after kill -9 a hub goes on where it was: what changed meanwhile is found, what did not is not written', async () => {
  const revision = await fleet.commit(files())
  const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const code = `
    import { startHub } from ${at('./index.ts')}
    import { loadHubConfig } from ${at('../config/index.ts')}
    import { createLog } from ${at('../../runtime/index.ts')}
    await startHub(await loadHubConfig({ config: process.argv[1] }, {}), { log: createLog({ level: 'error' }) })
    process.stdout.write('up\\n')`
  child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code, config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  if (child.stdout !== null) await once(child.stdout, 'data')
  const local = JSON.parse(await readFile(join(folder, 'data', 'hub.json'), 'utf8')) as {
    url: string
    token: string
  }
  await inSync(createClient({ ...local, fetch }), revision)
  child.kill('SIGKILL')
  await once(child, 'close')
  const before = await versions(servers.old)
  await edit('two', 'meanwhile')
  await rm(fleet.folder, { recursive: true })
  await rm(join(folder, 'data', 'repositories'), { recursive: true })

  const client = await start()
  const { items } = await until(
    'the edit is found',
    () => client.drift({ query: {} }),
    (page) => page.items.length === 1,
  )
  expect(items[0]).toMatchObject({ cluster: 'new', path: 'data.value', live: { text: '"meanwhile"' } })
  await until(
    'the other is known to be in sync',
    () => client.cluster({ params: { cluster: 'old' } }),
    ({ state }) => state === 'in-sync',
  )
  expect(await versions(servers.old)).toBe(before)
})

test('incident 12: a cluster whose record is removed is detached, and nothing in it is deleted', async () => {
  const revision = await fleet.commit(files())
  const client = await start()
  await inSync(client, revision)
  const before = await versions(servers.old)
  await fleet.commit({ 'fleet/clusters/old.yaml': undefined })
  await until(
    'it is detached',
    () => client.events({ query: { type: 'detached' } }),
    ({ items }) => items.length === 1,
  )
  const back = await fleet.commit({
    'fleet/clusters/old.yaml': cluster('old'),
    'apps/shop/one.yaml': configMap('one', '7'),
  })
  await inSync(client, back)
  expect(await value(servers.old, 'one')).toBe('7')
  expect((await versions(servers.old)).split(' ')).toHaveLength(before.split(' ').length)
})

test('a bundle that is removed from Git deletes nothing before its plan is approved', async () => {
  const revision = await fleet.commit(files())
  const client = await start()
  await inSync(client, revision)
  await fleet.commit({ 'fleet/bundles/shop.yaml': undefined })
  const { items } = await until(
    'a plan waits on each cluster',
    () => client.plans({ query: {} }),
    ({ total }) => total === 2,
  )
  expect(await value(servers.new, 'one')).toBe('1')
  const plan = items.find(({ identity }) => identity.cluster === 'new')
  const params = { plan: plan?.id ?? '' }
  expect(plan).toMatchObject({ bundle, actions: { delete: 3 }, state: 'waiting' })
  await expect(client.approve({ params, body: { yes: true } })).rejects.toMatchObject({
    code: 'confirmation-needed',
  })
  await client.approve({ params, body: { confirm: 'new', reason: 'INC-2' } })
  await until(
    'its objects are gone',
    () => value(servers.new, 'one'),
    (seen) => seen === '',
  )
  expect(await value(servers.old, 'one')).toBe('1')
  await expect(client.approve({ params, body: { confirm: 'new', reason: 'INC-2' } })).rejects.toMatchObject({
    code: 'changed',
  })
})

test('incident 1: a source that becomes empty deletes nothing before somebody approves it', async () => {
  const revision = await fleet.commit(files())
  const client = await start()
  await inSync(client, revision)
  const comment = '# nothing is left\n'
  await fleet.commit({
    'apps/shop/namespace.yaml': comment,
    'apps/shop/one.yaml': comment,
    'apps/shop/two.yaml': comment,
  })
  await until(
    'a plan waits on each cluster',
    () => client.plans({ query: {} }),
    ({ total }) => total === 2,
  )
  expect([await value(servers.new, 'one'), await value(servers.old, 'two')]).toEqual(['1', '2'])
})

test('incident 13: an address that answers as another cluster is refused with both ids, and nothing is written', async () => {
  const revision = await fleet.commit(files())
  const client = await start()
  await inSync(client, revision)
  await hub?.running.stop()
  const id = async (server: AttachedApiServer) =>
    server.mustKubectl('admin', ['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
  await giveKubeconfigs({ new: servers.old, old: servers.old })
  const before = await versions(servers.old)
  await fleet.commit({ 'fleet/clusters/old.yaml': undefined, 'apps/shop/one.yaml': configMap('one', '9') })
  const again = await start()
  const seen = await until(
    'it is refused',
    () => again.cluster({ params: { cluster: 'new' } }),
    ({ failure }) => failure?.code === 'wrong-cluster',
  )
  expect(seen.state).toBe('unreachable')
  expect(seen.failure?.message).toContain(await id(servers.old))
  expect(seen.failure?.message).toContain(await id(servers.new))
  expect(await versions(servers.old)).toBe(before)
  await expect(again.verify({ params: { cluster: 'new' } })).rejects.toMatchObject({ code: 'wrong-cluster' })
})

test('rows 44 to 47: a Secret that differs is healed, and its values stand in no answer, log line, metric or row', async () => {
  const canaries = ['c4nary-desired-9f3e', 'c4nary-live-7b21']
  const [desired = '', live = ''] = canaries
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: ${namespace}}\nstringData: {password: ${desired}}\n`
  const revision = await fleet.commit({ ...files(), 'apps/shop/secret.yaml': secret })
  const client = await start()
  await inSync(client, revision)
  const data = { password: Buffer.from(live).toString('base64'), added: Buffer.from(live).toString('base64') }
  await servers.new.mustKubectl('alice', [
    'patch',
    'secret',
    'key',
    '-n',
    namespace,
    '-p',
    JSON.stringify({ data }),
  ])
  const drift = await until(
    'it is known',
    () => client.drift({ query: {} }),
    ({ items }) => items.some(({ writer }) => writer.person === 'alice'),
  )
  expect(drift.items.find(({ class: found }) => found === 'taken')).toMatchObject({
    desired: { is: 'secret' },
    live: { is: 'secret' },
  })
  const preview = await client.previewHeal({ body: { clusters: ['new'] } })
  const [target] = preview.targets
  const targets = [
    {
      cluster: 'new',
      clusterId: target?.identity.clusterId ?? '',
      keys: target?.objects.map(({ key }) => key) ?? [],
    },
  ]
  const healed = await client.heal({ body: { targets, confirm: 'new', reason: 'INC-3' } })
  expect(healed.targets[0]?.objects).toMatchObject([{ outcome: 'healed' }])
  const answers = [
    drift,
    preview,
    healed,
    await client.status({ query: {} }),
    await client.events({ query: {} }),
    await client.plans({ query: { state: ['executed', 'automatic', 'waiting'] } }),
    await client.bundle({ params: { bundle } }),
  ]
  await hub?.running.stop()
  const texts = [JSON.stringify(answers), hub?.lines.join('\n') ?? '']
  for (const entry of await readdir(join(folder, 'data'), { withFileTypes: true })) {
    if (entry.isFile()) texts.push((await readFile(join(folder, 'data', entry.name))).toString('latin1'))
  }
  for (const canary of canaries) {
    for (const text of texts) {
      expect(text.includes(canary)).toBe(false)
      expect(text.includes(Buffer.from(canary).toString('base64'))).toBe(false)
    }
  }
})
