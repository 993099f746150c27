import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createClient } from '../../src/api/index.ts'
import { eachOnClusters } from './hub-on-clusters.ts'
import { until } from './hub-under-test.ts'

const stage = eachOnClusters()
let child: ChildProcess | undefined
afterEach(() => {
  child?.kill('SIGKILL')
  child = undefined
})

test('a commit reaches two releases of Kubernetes; an edit has a writer and a person, and is healed on a word', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  const client = await s.start()
  await s.inSync(client, revision)
  expect(await client.status({ query: {} })).toMatchObject({
    clusters: 2,
    states: { 'in-sync': 2 },
    causes: [],
  })
  expect([await s.value(s.servers.new, 'one'), await s.value(s.servers.old, 'two')]).toEqual(['1', '2'])

  await s.edit('one', 'changed')
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
      bundle: s.bundle,
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
  expect(await s.value(s.servers.new, 'one')).toBe('changed')
  const healed = await client.heal({ body: { targets, confirm: 'new', reason: 'INC-1' } })
  expect(healed.targets).toMatchObject([{ cluster: 'new', objects: [{ outcome: 'healed' }] }])
  expect(await s.value(s.servers.new, 'one')).toBe('1')
  await s.inSync(client, revision)
  const events = await client.events({ query: {} })
  expect(events.items.find(({ id }) => id === healed.activity)).toMatchObject({
    type: 'heal-asked',
    reason: 'INC-1',
  })

  const trace = await client.trace({
    params: { cluster: 'new' },
    query: { kind: 'ConfigMap', namespace: s.namespace, name: 'two' },
  })
  expect(trace.steps).toMatchObject([
    { is: 'object' },
    { is: 'bundle', bundle: s.bundle, revision },
    { is: 'source', origin: { file: 'apps/shop/two.yaml', line: 1 } },
  ])
})

test('after kill -9 a hub goes on where it was: what changed meanwhile is found, what did not is not written', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const code = `
    import { startHub } from ${at('../../src/hub/program/index.ts')}
    import { loadHubConfig } from ${at('../../src/hub/config/index.ts')}
    import { createLog } from ${at('../../src/runtime/index.ts')}
    await startHub(await loadHubConfig({ config: process.argv[1] }, {}), { log: createLog({ level: 'error' }) })
    process.stdout.write('up\\n')`
  child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code, s.config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  if (child.stdout !== null) await once(child.stdout, 'data')
  const local = JSON.parse(await readFile(join(s.folder, 'data', 'hub.json'), 'utf8')) as {
    url: string
    token: string
  }
  await s.inSync(createClient({ ...local, fetch }), revision)
  child.kill('SIGKILL')
  await once(child, 'close')
  const before = await s.versions(s.servers.old)
  await s.edit('two', 'meanwhile')
  await rm(s.fleet.folder, { recursive: true })
  await rm(join(s.folder, 'data', 'repositories'), { recursive: true })

  const client = await s.start()
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
  expect(await s.versions(s.servers.old)).toBe(before)
})
