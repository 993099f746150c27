import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../tools/postgres/index.ts'
import { eachOnClusters } from './hub-on-clusters.ts'
import { startTestHub, type TestHub, until, writeHubYaml } from './hub-under-test.ts'

const stage = eachOnClusters()
let postgres: Postgres
let databases = 0
let second: TestHub | undefined
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())
afterEach(async () => {
  await second?.running.stop()
  second = undefined
})

/** Moves the stage's hub to a database of its own, with a mounted key. */
async function onPostgres(): Promise<{ spec: object }> {
  const s = stage()
  databases += 1
  await writeFile(join(s.folder, 'database'), await postgres.createDatabase(`hub_${databases}`))
  await writeFile(join(s.folder, 'key'), randomBytes(32))
  const { spec } = JSON.parse(await readFile(s.config, 'utf8')) as { spec: { credentials: object[] } }
  const changed = {
    ...spec,
    database: { credential: 'database' },
    secretKey: { file: join(s.folder, 'key') },
    credentials: [...spec.credentials, { name: 'database', file: join(s.folder, 'database') }],
  }
  await writeHubYaml(s.folder, changed)
  return { spec: changed }
}

test('a hub on PostgreSQL delivers, and goes on where it was on an empty data folder', async () => {
  const s = stage()
  await onPostgres()
  const revision = await s.fleet.commit(s.files())
  await s.inSync(await s.start(), revision)
  await s.hub?.running.stop()
  const before = await s.versions(s.servers.new)
  const { spec } = JSON.parse(await readFile(s.config, 'utf8')) as { spec: object }
  await writeHubYaml(s.folder, { ...spec, data: join(s.folder, 'elsewhere') })
  const client = await s.start()
  await s.inSync(client, revision)
  expect(await s.versions(s.servers.new)).toBe(before)
})

test('incident 24: of two hubs on one database the later one goes on, and the other stops writing and says so', async () => {
  const s = stage()
  const { spec } = await onPostgres()
  const revision = await s.fleet.commit(s.files())
  const client = await s.start()
  await s.inSync(client, revision)
  const config = join(s.folder, 'second.yaml')
  const data = join(s.folder, 'second')
  const text = { apiVersion: 'evenkeel.dev/v1alpha1', kind: 'HubConfig', spec: { ...spec, data } }
  await writeFile(config, JSON.stringify(text))
  second = await startTestHub(config)
  await s.inSync(second.client, revision)
  await s.edit('one', 'changed')
  const first = await until(
    'the first hub knows that it was overtaken',
    () => client.cluster({ params: { cluster: 'new' } }),
    ({ failure }) => failure?.code === 'fenced',
  )
  expect(first.state).toBe('unreachable')
  const { items } = await until(
    'the second hub sees the edit',
    () => (second as TestHub).client.drift({ query: {} }),
    (page) => page.items.length === 1,
  )
  expect(items[0]).toMatchObject({ cluster: 'new', live: { text: '"changed"' } })
})
