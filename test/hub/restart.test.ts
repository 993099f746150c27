import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../tools/postgres/index.ts'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
let postgres: Postgres | undefined
beforeEach(async () => {
  rig = await HubRig.create()
})
afterEach(() => rig.stop())
afterAll(() => postgres?.stop())

const elsewhere = (): string => `theirs-${rig.id}`

/** An object that somebody else made, in a namespace of theirs: no bundle takes it over before somebody agrees. */
async function makeForeign(): Promise<void> {
  const manifest = `${rig.namespaceFile(elsewhere())}---\n${rig.configMapFile('theirs', 'theirs', elsewhere())}`
  for (const server of Object.values(rig.servers)) {
    await server.mustKubectl('alice', ['apply', '-f', '-'], manifest)
  }
}

async function plans(...state: ('waiting' | 'approved' | 'rejected' | 'executed')[]) {
  const { items } = await rig.client.plans({ query: { state, bundle: rig.bundle('late') } })
  return items.map(({ id, identity, state: is }) => ({ id, cluster: identity.cluster, state: is }))
}

describe.each(['embedded', 'postgres'] as const)('on the %s store', (dialect) => {
  beforeAll(async () => {
    if (dialect === 'postgres') postgres = await startPostgres()
  })
  beforeEach(async () => {
    if (postgres === undefined || dialect === 'embedded') return
    await rig.giveCredential('database', await postgres.createDatabase(`rig_${rig.id}`))
    const key = join(rig.folder, 'key')
    await writeFile(key, randomBytes(32), { mode: 0o600 })
    rig.spec = { ...rig.spec, database: { credential: 'database' }, secretKey: { file: key } }
  })

  test('after kill -9 a hub goes on where it was, with Git away too: no write, drift open, decisions held', async () => {
    await rig.start()
    const first = await rig.fleet.commit(rig.files())
    await rig.inSync(first)
    await makeForeign()
    await rig.fleet.commit({
      'fleet/bundles/late.yaml': rig.bundleFile('late'),
      'apps/late/theirs.yaml': rig.configMapFile('theirs', 'ours', elsewhere()),
    })
    const waiting = await until(
      'the adoption waits on both clusters',
      () => plans('waiting'),
      (found) => found.length === 2,
    )
    const onNew = waiting.find(({ cluster }) => cluster === 'new')?.id ?? ''
    const rejected = await rig.ek('plan', 'reject', onNew, '--yes', '--reason', 'not ours')
    expect(rejected).toMatchObject({ code: 0 })
    await rig.edit('new', 'one', 'changed')
    const [before] = await until(
      'the edit is known with its person',
      async () => (await rig.client.drift({ query: { bundle: rig.bundle('shop') } })).items,
      ([found]) => found?.writer.person === 'alice',
    )
    const written = rig.writes().length
    expect(written).toBeGreaterThan(5)

    await rig.hub.kill()
    await rename(rig.fleet.folder, `${rig.fleet.folder}-away`)
    await rm(join(rig.data, 'repositories'), { recursive: true })
    const client = await rig.start()
    await until(
      'the repository is known to be away, and both clusters were looked at again',
      async () => ({
        fleet: await client.fleet({}),
        placed: (await client.bundle({ params: { bundle: rig.bundle('shop') } })).placed,
        late: (await client.bundle({ params: { bundle: rig.bundle('late') } })).placed,
      }),
      ({ fleet, placed, late }) =>
        fleet.repositories[0]?.state === 'unreachable' &&
        placed.length === 2 &&
        placed.every(({ phase }) => phase === 'applied') &&
        late.every(({ reason }) => reason?.startsWith('plan ') === true),
    )
    const shown = await rig.ek('drift', 'show', '-o', 'json')
    expect(shown.code).toBe(1)
    const { id, firstSeen, writer } = before ?? {}
    expect(JSON.parse(shown.stdout)).toMatchObject({ items: [{ id, firstSeen, writer, state: 'open' }] })
    expect((await plans('waiting', 'rejected')).toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1))).toEqual(
      [
        { id: onNew, cluster: 'new', state: 'rejected' },
        { id: waiting.find(({ cluster }) => cluster === 'old')?.id, cluster: 'old', state: 'waiting' },
      ],
    )
    expect(await rig.value('new', 'theirs', elsewhere())).toBe('theirs')
    expect(rig.writes().slice(written)).toEqual([])

    await rename(`${rig.fleet.folder}-away`, rig.fleet.folder)
    const onOld = waiting.find(({ cluster }) => cluster === 'old')?.id ?? ''
    expect(await rig.ek('plan', 'approve', onOld, '--yes')).toMatchObject({ code: 0 })
    await until(
      'what was approved is carried out',
      () => rig.value('old', 'theirs', elsewhere()),
      (value) => value === 'ours',
    )
    expect(await rig.value('new', 'theirs', elsewhere())).toBe('theirs')
  })
})
