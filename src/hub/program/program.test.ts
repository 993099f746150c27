import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  head,
  makeTestFleet,
  startTestHub,
  type TestFleet,
  type TestHub,
  until,
  writeHubYaml,
} from '../../../test/hub/hub-under-test.ts'

const canary = 'c4nary-9f3e-s3cret'

/** A cluster that nobody answers for: the discard port of this machine. */
const kubeconfig = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'x',
  contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:9' } }],
  users: [{ name: 'x', user: { token: canary } }],
})

const files = {
  'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
  'fleet/environments/prod.yaml': `${head}kind: Environment\nmetadata: {name: prod}\nspec: {tier: protected}\n`,
  'fleet/clusters/a.yaml': `${head}kind: Cluster\nmetadata: {name: a}\nspec: {environment: prod, labels: {region: eu}, connect: {kubeconfig: {secret: kube}}}\n`,
  'fleet/bundles/shop.yaml': `${head}kind: Bundle\nmetadata: {name: shop}\nspec: {source: {path: apps/shop}, placement: {where: "true"}}\n`,
  'apps/shop/config.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop, namespace: shop}\ndata: {a: "1"}\n',
  'apps/shop/secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: shop, namespace: shop}\nstringData: {password: ${canary}}\n`,
}

let folder: string
let fleet: TestFleet
let hub: TestHub | undefined
let config: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-hub-'))
  fleet = await makeTestFleet()
  config = await writeHubYaml(folder, {
    data: join(folder, 'data'),
    listen: '127.0.0.1:0',
    fleet: { url: fleet.folder, branch: 'main', poll: '1s' },
    metrics: { listen: '127.0.0.1:0' },
    credentials: [{ name: 'kube', file: join(folder, 'kubeconfig') }],
  })
  await writeFile(join(folder, 'kubeconfig'), kubeconfig)
})
afterEach(async () => {
  await hub?.running.stop()
  hub = undefined
  await rm(folder, { recursive: true, force: true })
  await rm(fleet.folder, { recursive: true, force: true })
})

async function start(): Promise<TestHub> {
  hub = await startTestHub(config)
  return hub
}

async function restart(): Promise<TestHub> {
  await hub?.running.stop()
  return start()
}

async function atRevision(revision: string): Promise<TestHub> {
  const { client } = hub ?? (await start())
  await until(
    'the commit is in force',
    () => client.fleet({}),
    (seen) => seen.revision === revision,
  )
  await until(
    'it is decided',
    () => client.bundles({ query: {} }),
    ({ items }) => items.every((one) => one.revision === revision),
  )
  if (hub === undefined) throw new Error('no hub')
  return hub
}

test('a hub says where it is to its own user alone, and takes that back when it stops', async () => {
  const { running, client } = await start()
  const file = join(folder, 'data', 'hub.json')
  expect(running.localFile).toBe(file)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    url: running.url,
    token: running.token,
    pid: process.pid,
  })
  expect((await client.whoami({})).name).toMatch(/@local$/)
  await running.stop()
  await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(fetch(running.url)).rejects.toThrow()
})

test('the token of the last run is refused by the next', async () => {
  const { running } = await start()
  const old = running.token
  const next = await restart()
  const ask = (token: string) =>
    fetch(`${next.running.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })
  expect((await ask(old)).status).toBe(401)
  expect((await ask(next.running.token)).status).toBe(200)
})

test('a commit is decided, and a cluster that does not answer is unreachable with the reason, never good', async () => {
  const revision = await fleet.commit(files)
  const { client } = await atRevision(revision)
  const status = await until(
    'the reason is known',
    () => client.status({ query: {} }),
    ({ unanswered }) => unanswered[0]?.reason.includes('9') === true,
  )
  expect(status).toMatchObject({
    clusters: 1,
    states: { unreachable: 1, 'in-sync': 0 },
    problems: 0,
    revision,
  })
  const { items } = await client.clusters({ query: {} })
  expect(items).toMatchObject([
    { name: 'a', environment: 'prod', tier: 'protected', state: 'unreachable', drift: null, bundles: 1 },
  ])
  const drift = await client.drift({ query: {} })
  expect(drift).toMatchObject({ items: [], answered: 0, unanswered: [{ cluster: 'a' }] })
  expect(await client.bundle({ params: { bundle: 'shop' } })).toMatchObject({
    clusters: 1,
    states: { unreachable: 1 },
    drift: null,
    placed: [{ cluster: 'a', phase: 'pending', desired: { revision } }],
  })
})

test('with Git gone the fleet stays, after a restart too, and the hub says so', async () => {
  const revision = await fleet.commit(files)
  await atRevision(revision)
  await hub?.running.stop()
  const away = `${fleet.folder}-away`
  await rename(fleet.folder, away)
  await rm(join(folder, 'data', 'repositories'), { recursive: true, force: true })
  const { client } = await start()
  const seen = await until(
    'the repository is known to be away',
    () => client.fleet({}),
    ({ repositories }) => repositories[0]?.state === 'unreachable',
  )
  expect(seen).toMatchObject({ revision, clusters: 1, bundles: 1 })
  expect((await client.bundle({ params: { bundle: 'shop' } })).placed).toMatchObject([
    { cluster: 'a', desired: { revision } },
  ])
  await rename(away, fleet.folder)
  await until(
    'it is back',
    () => client.fleet({}),
    ({ repositories }) => repositories[0]?.state === 'ok',
  )
})

test('a broken file keeps what it held, and the problem has its file and line', async () => {
  await atRevision(await fleet.commit(files))
  const broken = await fleet.commit({
    'fleet/bundles/shop.yaml': files['fleet/bundles/shop.yaml'].replace('spec: {', 'spec: {nope: 1, '),
  })
  const { client } = await atRevision(broken)
  const { problems, bundles } = await client.fleet({})
  expect(bundles).toBe(1)
  expect(problems[0]).toMatchObject({
    file: 'fleet/bundles/shop.yaml',
    severity: 'error',
    subject: 'Bundle shop',
  })
  expect((await client.bundle({ params: { bundle: 'shop' } })).placed).toMatchObject([
    { desired: { revision: broken } },
  ])
  const { items } = await client.events({ query: { type: 'fleet' } })
  expect(items.at(-1)?.message).toContain('Bundle shop kept as before')
})

test('incidents 2 and 4: a source that cannot be rendered leaves the last rendering in place', async () => {
  const good = await fleet.commit(files)
  await atRevision(good)
  await fleet.commit({ 'apps/shop/config.yaml': undefined, 'apps/shop/secret.yaml': undefined })
  const { client } = hub ?? (await start())
  const bundle = await until(
    'the problem is told',
    () => client.bundle({ params: { bundle: 'shop' } }),
    ({ problems }) => problems.length > 0,
  )
  expect(bundle.placed).toMatchObject([{ desired: { revision: good } }])
})

test('a bundle that was removed is withdrawn and stays so over a restart, and nothing is forgotten', async () => {
  const good = await fleet.commit(files)
  await atRevision(good)
  const removed = await fleet.commit({ 'fleet/bundles/shop.yaml': undefined })
  const { client } = hub ?? (await start())
  await until(
    'the removal is in force',
    () => client.fleet({}),
    ({ revision, bundles }) => revision === removed && bundles === 0,
  )
  const placed = async () => (await (hub as TestHub).client.bundle({ params: { bundle: 'shop' } })).placed
  const [withdrawn] = await until(
    'it is withdrawn',
    placed,
    ([one]) => one?.reason?.includes('not in the fleet repository') === true,
  )
  expect(withdrawn).toMatchObject({ desired: { revision: good } })
  await restart()
  expect(await placed()).toMatchObject([
    { desired: { revision: good }, reason: expect.stringContaining('not in the fleet') },
  ])
})

test('incident 12: a cluster whose record is removed is detached, and attached again with what it had', async () => {
  const good = await fleet.commit(files)
  await atRevision(good)
  await fleet.commit({ 'fleet/clusters/a.yaml': undefined })
  const { client } = hub ?? (await start())
  await until(
    'it is gone',
    () => client.clusters({ query: {} }),
    ({ total }) => total === 0,
  )
  const events = await until(
    'it is told',
    () => client.events({ query: { type: 'detached' } }),
    ({ items }) => items.length === 1,
  )
  expect(events.items[0]?.message).toContain('nothing was deleted in the cluster')
  const back = await fleet.commit({ 'fleet/clusters/a.yaml': files['fleet/clusters/a.yaml'] })
  await atRevision(back)
  await until(
    'it is attached',
    () => client.events({ query: { type: 'attached' } }),
    ({ items }) => items.length === 1,
  )
})

test('rows 46 and 47: no secret of the fleet or of a credential stands in a log line, an answer or a file', async () => {
  const revision = await fleet.commit(files)
  const { client, lines, running } = await atRevision(revision)
  const answers = await Promise.all([
    client.status({ query: {} }),
    client.cluster({ params: { cluster: 'a' } }),
    client.bundle({ params: { bundle: 'shop' } }),
    client.events({ query: {} }),
    client.fleet({}),
  ])
  await running.stop()
  const texts = [JSON.stringify(answers), lines.join('\n')]
  for (const entry of await readdir(join(folder, 'data'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('repositories')) continue
    texts.push((await readFile(join(entry.parentPath, entry.name))).toString('latin1'))
  }
  const encoded = Buffer.from(canary).toString('base64')
  for (const text of texts) {
    expect(text.includes(canary)).toBe(false)
    expect(text.includes(encoded)).toBe(false)
    expect(text.includes(running.token)).toBe(false)
  }
})

test('an address that is taken ends the start with its name, and leaves nothing running', async () => {
  const { running } = await start()
  const other = join(folder, 'other')
  await mkdir(other)
  const second = await writeHubYaml(other, { data: join(other, 'data'), listen: new URL(running.url).host })
  await expect(startTestHub(second)).rejects.toMatchObject({
    message: expect.stringContaining('cannot listen'),
  })
  const free = await writeHubYaml(other, { data: join(other, 'data'), listen: '127.0.0.1:0' })
  await (await startTestHub(free)).running.stop()
})

test('readiness names what is missing: the fleet, until a commit was seen', async () => {
  const { client, running } = await start()
  const ready = async () => (await fetch(`${running.url}/readyz`)).status
  expect(await ready()).not.toBe(200)
  await fleet.commit(files)
  await until('it is ready', ready, (status) => status === 200)
  expect((await fetch(`${running.url}/livez`)).status).toBe(200)
  expect((await client.names({ query: { of: 'clusters' } })).names).toEqual(['a'])
})

test('metrics tell of clusters on a port of their own, and name no object', async () => {
  const { running, client } = await atRevision(await fleet.commit(files))
  await client.status({ query: {} })
  const text = await (await fetch(running.metricsUrl ?? '')).text()
  expect(text).toContain(
    'evenkeel_cluster_info{cluster="a",environment="prod",tier="protected",version=""} 1',
  )
  expect(text).toMatch(/evenkeel_reconcile_duration_seconds_count [1-9]/)
  expect(text).toMatch(/evenkeel_requests_total\{operation="status",outcome="answered"\} [1-9]/)
  expect(text).toContain('evenkeel_drift_oldest_seconds{cluster="a"} 0')
  expect(text).not.toContain('shop')
})

test('SIGTERM ends the program by itself, with code 0 and no handle left behind', async () => {
  await fleet.commit(files)
  const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const code = `
    import { startHub } from ${at('./index.ts')}
    import { loadHubConfig } from ${at('../config/index.ts')}
    import { createLog, onTermination } from ${at('../../runtime/index.ts')}
    const config = await loadHubConfig({ config: process.argv[1] }, {})
    const hub = await startHub(config, { log: createLog({ level: 'warn' }) })
    const off = onTermination(() => void hub.stop().then(off))
    process.stdout.write('up\\n')`
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code, config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'close')).toEqual([0, null])
})
